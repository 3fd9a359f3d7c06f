/**
 * One line of the targets table: what is measured, how good it has to be, and how to measure it. Rows
 * share clusters and graphs through the bench, which makes each when it is first needed.
 */
import type { SuiteContext } from '../suites/suite.js';
import type { SearchBench } from './search-bench.js';

export interface TargetRow {
  /** For `--only`. */
  name: string;
  what: string;
  /** What the value must not be below, or not above. */
  limit: { min: number } | { max: number };
  /** `T` is the throughput of one bare thread; `x` a ratio. */
  unit: string;
  measure(bench: TargetsBench): Promise<TargetValue>;
}

export interface TargetValue {
  /** One per repeat; the row's value is their median. */
  samples: number[];
  /** The figures behind it, for people. */
  detail: string;
  /** False fails the row whatever its value is. */
  isValid?: boolean;
  histograms?: Record<string, string>;
}

export interface TargetsSettings {
  topK: number;
  repeats: number;
  durationMs: number;
  warmUpMs: number;
}

/** What rows share. */
export interface TargetsBench {
  context: SuiteContext;
  settings: TargetsSettings;
  /** Two nodes with all documents of the suite's data, and the bare graph of the same. */
  search(): Promise<SearchBench>;
}

export function meets(value: number, limit: TargetRow['limit']): boolean {
  return 'min' in limit ? value >= limit.min : value <= limit.max;
}

export function limitText(limit: TargetRow['limit'], unit: string): string {
  return 'min' in limit ? `>= ${limit.min} ${unit}` : `<= ${limit.max} ${unit}`;
}
