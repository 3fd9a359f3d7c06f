/** What every benchmark prints and keeps: the machine, aligned columns, and a JSON file on demand. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { systemClock } from '../../src/base/system-clock.js';
import { formatTable } from '../../src/cli/output.js';

/** The machine and what else it was doing: numbers mean little without either. */
export function machineLine(): string {
  const models = new Set(cpus().map(({ model }) => model.trim()));
  const memoryGiB = (totalmem() / 2 ** 30).toFixed(0);
  const date = new Date(systemClock.wallMs()).toISOString().slice(0, 16);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return (
    `${[...models].join(', ')}, ${cpus().length} cores, ${memoryGiB} GiB, Node ${process.version}, ` +
    `${date}Z, load average at the start ${load}`
  );
}

export function printTable(header: readonly string[], rows: readonly (readonly unknown[])[]): void {
  console.log(formatTable(header, rows).trimEnd());
}

/** Writes the results, with the machine and the command line, where `--json FILE` says. */
export function writeJson(file: string | undefined, machine: string, results: unknown): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  const command = process.argv.slice(1).join(' ');
  writeFileSync(file, `${JSON.stringify({ machine, command, results }, null, 2)}\n`);
}

/** The value below which the given share of the values lies; of sorted values. */
export function percentile(sorted: ArrayLike<number>, ratio: number): number {
  if (sorted.length === 0) return Number.NaN;
  const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * ratio) - 1);
  return sorted[Math.max(0, index)] as number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
