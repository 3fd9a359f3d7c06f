/**
 * Results as a file: what was measured together with everything needed to judge it. Reading checks
 * the shape, because comparisons take files from anywhere.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../../src/cli/options.js';
import { packageRoot } from '../datasets/cache-directory.js';
import type { SuiteOutcome } from '../suites/suite.js';

export const RESULT_FORMAT = 1;

export interface MachineFacts {
  cpu: string;
  cores: number;
  memoryGiB: number;
  os: string;
  /** Of one minute, before the run: numbers from a busy machine mean little. */
  loadAverage: number;
}

export interface BenchResult extends SuiteOutcome {
  format: typeof RESULT_FORMAT;
  suite: string;
  startedAt: string;
  tookMs: number;
  command: string;
  /** Undefined outside a checkout. */
  commit?: string;
  versions: Record<string, string>;
  machine: MachineFacts;
  settings: Record<string, string | number | boolean | null>;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: [...new Set(cpus().map(({ model }) => model.trim()))].join(', '),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()} ${process.arch}`,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export function versionFacts(): Record<string, string> {
  const root = packageRoot(import.meta.url);
  const versionOf = (path: string) =>
    String((JSON.parse(readFileSync(path, 'utf8')) as { version: unknown }).version);
  const facts: Record<string, string> = {
    annulus: versionOf(join(root, 'package.json')),
    node: process.version,
  };
  for (const name of ['hnswlib-node', 'lmdb', '@grpc/grpc-js']) {
    try {
      facts[name] = versionOf(join(root, 'node_modules', name, 'package.json'));
    } catch {
      // Installed elsewhere: the version of Annulus pins it.
    }
  }
  return facts;
}

/** Such as `1a2b3c4d`, with a plus when files had been changed; undefined outside a checkout. */
export function commitOf(): string | undefined {
  // An installed package may lie in somebody else's repository.
  if (!existsSync(join(packageRoot(import.meta.url), '.git'))) return undefined;
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: packageRoot(import.meta.url),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--', 'src', 'shards', 'proto') !== '';
    return `${git('rev-parse', '--short=10', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return undefined;
  }
}

export function writeResult(path: string, result: BenchResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`);
}

/** Throws a `UsageError` that names the file and what is wrong with it. */
export function readResult(path: string): BenchResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} is no result: ${(error as Error).message}`);
  }
  const wrong = whatIsWrong(parsed);
  if (wrong !== undefined) throw new UsageError(`${path} is no result: ${wrong}`);
  return parsed as BenchResult;
}

function whatIsWrong(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'not an object';
  const { format, suite, measurements, tables, charts, machine } = value as Partial<BenchResult>;
  if (format !== RESULT_FORMAT) return `its format is ${format}, not ${RESULT_FORMAT}`;
  if (typeof suite !== 'string') return 'it names no suite';
  if (typeof machine !== 'object' || machine === null) return 'it names no machine';
  if (!Array.isArray(measurements) || !measurements.every(isMeasurement)) {
    return 'its measurements are not what they should be';
  }
  return Array.isArray(tables) && Array.isArray(charts) ? undefined : 'it has no tables or charts';
}

function isMeasurement(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, unit, better, samples } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    typeof unit === 'string' &&
    (better === 'higher' || better === 'lower') &&
    Array.isArray(samples) &&
    samples.every((sample) => typeof sample === 'number' || sample === null)
  );
}
