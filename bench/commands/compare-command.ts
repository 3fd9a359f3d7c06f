/** `annulus bench compare A.json B.json`: what changed between two runs, and what is only noise. */
import { argument } from '../../src/cli/client-command.js';
import type { CommandSpec } from '../../src/cli/command.js';
import { UsageError } from '../../src/cli/options.js';
import { formatTable } from '../../src/cli/output.js';
import { compareMeasurements } from '../report/compare.js';
import { type BenchResult, readResult } from '../report/result-file.js';

export const compareCommand: CommandSpec = {
  usage: 'compare <before> <after>',
  description: 'Ratios of two results of one suite, with the range that chance explains.',
  options: [],
  async run(call) {
    const [beforePath, afterPath] = [argument(call, 0), argument(call, 1)];
    const before = readResult(beforePath);
    const after = readResult(afterPath);
    if (before.suite !== after.suite) {
      throw new UsageError(
        `${beforePath} is of ${before.suite}, ${afterPath} of ${after.suite}: compare like with like`,
      );
    }
    const comparisons = compareMeasurements(before.measurements, after.measurements);
    if (comparisons.length === 0) throw new UsageError('the two have no measurement in common');
    const { stdout, stderr } = call.terminal;
    for (const warning of differences(before, after)) stderr.write(`note: ${warning}\n`);
    const header = ['measurement', 'before', 'after', 'unit', 'ratio', '95 % of chance', 'verdict'];
    const rows = comparisons.map(({ name, unit, verdict, ...one }) => [
      ...[name, significant(one.before), significant(one.after), unit],
      ...[one.ratio.toFixed(3), `${one.ratioMin.toFixed(3)}..${one.ratioMax.toFixed(3)}`, verdict],
    ]);
    stdout.write(formatTable(header, rows));
    return 0;
  },
};

/** Why the two may differ for other reasons than the code. */
function differences(before: BenchResult, after: BenchResult): string[] {
  const notes: string[] = [];
  const compare = (what: string, a: unknown, b: unknown) => {
    if (a !== b) notes.push(`${what} differs: ${a} before, ${b} after`);
  };
  for (const key of ['cpu', 'cores', 'memoryGiB', 'os'] as const) {
    compare(key, before.machine[key], after.machine[key]);
  }
  compare('Node', before.versions.node, after.versions.node);
  const names = new Set([...Object.keys(before.settings), ...Object.keys(after.settings)]);
  for (const name of names) compare(`--${name}`, before.settings[name], after.settings[name]);
  return notes;
}

function significant(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}
