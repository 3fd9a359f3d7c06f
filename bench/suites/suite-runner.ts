/** Runs one suite: opens what it needs, prints its tables, writes its results and the report. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric } from '../../src/base/metric.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { CommandCall } from '../../src/cli/command.js';
import { formatAddress, formatOptionValue } from '../../src/cli/options.js';
import { formatTable } from '../../src/cli/output.js';
import type { ResolvedOptions } from '../../src/cli/resolved-options.js';
import { BenchCluster } from '../cluster/bench-cluster.js';
import { loadBenchData } from '../datasets/bench-data.js';
import { packageRoot } from '../datasets/cache-directory.js';
import { htmlReport } from '../report/html-report.js';
import {
  type BenchResult,
  commitOf,
  machineFacts,
  RESULT_FORMAT,
  readResult,
  versionFacts,
  writeResult,
} from '../report/result-file.js';
import { openSuiteLog } from '../report/suite-log.js';
import { entries } from './registry.js';
import type { Suite, SuiteContext, SuiteLog } from './suite.js';

/** A run of some rows must not take the place of a whole one. */
const PARTIAL_ENDING = '.partial.json';

/** Resolves to the exit code. */
export async function runSuite(suite: Suite, { options, terminal }: CommandCall): Promise<number> {
  const machine = machineFacts();
  const startedAt = new Date(systemClock.wallMs()).toISOString();
  const startMs = systemClock.nowMs();
  const log = openSuiteLog(terminal);
  const context = contextOf(options, log);
  const outcome = await suite.run(context).finally(() => log.stop());
  const commit = commitOf();
  const result: BenchResult = {
    format: RESULT_FORMAT,
    suite: suite.name,
    ...{ startedAt, tookMs: Math.round(systemClock.nowMs() - startMs) },
    command: commandOf(suite, options),
    ...(commit === undefined ? {} : { commit }),
    ...{ versions: versionFacts(), machine, settings: settingsOf(options) },
    ...outcome,
  };
  const directory = resultsDirectory(options);
  const ending = outcome.isPartial === true ? PARTIAL_ENDING : '.json';
  const path = join(directory, `${suite.name}${ending}`);
  writeResult(path, result);
  print(result, (text) => terminal.stdout.write(text));
  const written = options.flag('no-report') ? [path] : [path, writeReport(directory)];
  terminal.stderr.write(`\nwritten: ${written.join(', ')}\n`);
  return outcome.isPass ? 0 : 1;
}

function contextOf(options: ResolvedOptions, log: SuiteLog): SuiteContext {
  return {
    options,
    log,
    loadData: (changes = {}) =>
      loadBenchData({
        spec: changes.spec ?? options.text('data'),
        count: changes.count ?? options.integer('count'),
        queryCount: changes.queryCount ?? options.integer('queries'),
        seed: options.integer('seed'),
        // Of the user's file, not of sets that a suite asks for by itself.
        ...(changes.spec === undefined ? fileOptions(options) : {}),
        onStep: log.step,
      }),
    openCluster: (wanted = {}) => {
      const isRunning = options.all().some(({ spec }) => spec.name === 'address');
      if (isRunning && options.has('address')) {
        return Promise.resolve(BenchCluster.running(formatAddress(options.address('address'))));
      }
      const shards = wanted.shards ?? options.integer('shards');
      log.step(`starting a coordinator and ${shards} shard nodes`);
      return BenchCluster.start({ ...wanted, shards });
    },
  };
}

function fileOptions(options: ResolvedOptions) {
  const text = (name: string) => (options.has(name) ? options.text(name) : undefined);
  const metric = text('metric') as Metric | undefined;
  return { metric, queriesPath: text('queries-from'), truthPath: text('truth') };
}

/** `bench/results` of a checkout; elsewhere the folder one is in. */
function resultsDirectory(options: ResolvedOptions): string {
  if (options.has('out')) return options.text('out');
  const root = packageRoot(import.meta.url);
  return existsSync(join(root, 'bench')) ? join(root, 'bench', 'results') : '.';
}

/** Of every whole result in the folder, so that one file has all of them. */
function writeReport(directory: string): string {
  const files = readdirSync(directory).filter(
    (file) => file.endsWith('.json') && !file.endsWith(PARTIAL_ENDING),
  );
  const results = files.flatMap((file) => {
    try {
      return [readResult(join(directory, file))];
    } catch {
      // Some other JSON: no business of the report.
      return [];
    }
  });
  const order = entries.map(({ name }) => name);
  results.sort((a, b) => order.indexOf(a.suite) - order.indexOf(b.suite));
  const path = join(directory, 'report.html');
  writeFileSync(path, htmlReport(results));
  return path;
}

function settingsOf(options: ResolvedOptions): BenchResult['settings'] {
  const all = options
    .all()
    .map(({ spec, value }) => [spec.name, formatOptionValue(value)] as const);
  return Object.fromEntries(all.filter(([name]) => name !== 'out' && name !== 'no-report'));
}

function commandOf({ name }: Suite, options: ResolvedOptions): string {
  const given = options
    .all()
    .filter(({ source, spec }) => source === 'flag' && spec.name !== 'out');
  const flags = given.map(({ spec, value }) =>
    spec.type === 'flag' ? `--${spec.name}` : `--${spec.name} ${formatOptionValue(value)}`,
  );
  return ['annulus bench', name, ...flags].join(' ');
}

function print(result: BenchResult, write: (text: string) => void): void {
  const { machine, versions, commit } = result;
  write(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${versions.node}, ` +
      `commit ${commit ?? 'unknown'}, ${result.startedAt.slice(0, 16)}Z, ` +
      `load average before ${machine.loadAverage}\n`,
  );
  for (const { title, header, rows } of result.tables) {
    write(`\n${title}\n${formatTable(header, rows)}`);
  }
}
