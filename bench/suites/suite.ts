/**
 * A suite measures one thing and answers with plain data: tables for the terminal, named measurements
 * with every repeat for comparing runs, charts and histograms for the report. What starts clusters,
 * prints, and writes files is the same for all of them.
 */
import type { OptionSpec } from '../../src/cli/options.js';
import type { ResolvedOptions } from '../../src/cli/resolved-options.js';
import type { BenchCluster, OpenClusterOptions } from '../cluster/bench-cluster.js';
import type { BenchData } from '../datasets/bench-data.js';
import type { Chart } from '../report/chart.js';

export interface Suite {
  /** What it is called by: `npm run bench -- NAME`. */
  name: string;
  /** One line for the list. */
  summary: string;
  options: readonly OptionSpec[];
  /** False when it has no use for `--address`: it kills and restarts what it measures. */
  takesRunningCluster: boolean;
  run(context: SuiteContext): Promise<SuiteOutcome>;
}

export interface SuiteContext {
  options: ResolvedOptions;
  log: SuiteLog;
  /** The data that the options name, or with something changed. */
  loadData(changes?: { spec?: string; count?: number; queryCount?: number }): Promise<BenchData>;
  /** The cluster that `--address` names, or a new one of this suite's own. Closed by the caller. */
  openCluster(options?: OpenClusterOptions): Promise<BenchCluster>;
}

/** What a run says while it goes on: lines, or a bar on a terminal. */
export interface SuiteLog {
  step(text: string): void;
  /** Of the present step. */
  progress(done: number, total: number): void;
}

export interface SuiteOutcome {
  /** False makes the exit code 1. */
  isPass: boolean;
  /** Only some of what the suite measures was asked for: kept apart from whole results. */
  isPartial?: boolean;
  tables: Table[];
  measurements: Measurement[];
  charts: Chart[];
  /** HDR histograms of latency in microseconds, in compressed base64, by what they are of. */
  histograms: Record<string, string>;
  /** Settings as they came out, such as a tuned `ef_search`. */
  facts: Record<string, string | number | boolean>;
}

export interface Table {
  title: string;
  header: string[];
  rows: (string | number)[][];
}

export interface Measurement {
  /** The same from run to run: what comparisons go by. */
  name: string;
  unit: string;
  better: 'higher' | 'lower';
  /** One per repeat. */
  samples: number[];
}
