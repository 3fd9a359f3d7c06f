/** What a load process is told, and what it answers. */
import type { Metric } from '../../src/base/metric.js';

/** Which server is asked, and how. */
export interface SearchTargetSpec {
  /**
   * `stream`: the SDK, whose searches share one stream. `unary`: one gRPC call each, from a client
   * that is not the SDK. `chroma`: Chroma's HTTP interface. `pgvector`: SQL.
   */
  kind: 'stream' | 'unary' | 'chroma' | 'pgvector';
  /** HOST:PORT. */
  address: string;
  /** Its name; for Chroma its id, for pgvector the table. */
  collection: string;
  /** For pgvector, which is told with each search. Default cosine. */
  metric?: Metric;
  /** Default 10. */
  topK?: number;
  /** Default: the server's. */
  efSearch?: number;
  /** Default: the collection's. */
  balancingPolicy?: string;
  /** Default: the server's. */
  minCoverageRatio?: number;
  /** Attempts of the SDK per search. Default: the SDK's. */
  attemptsMax?: number;
  /** How long the caller waits for each. Default: the client's. */
  timeoutMs?: number;
}

interface Queries {
  dimension: number;
  /** Row after row. */
  queries: Float32Array;
}

export interface SearchLoad extends Queries {
  kind: 'search';
  target: SearchTargetSpec;
  durationMs: number;
  /** Searched at the same pace before anything is counted. Default 0. */
  warmUpMs?: number;
  /** Searches that are always under way (the next begins when one ends) ... */
  concurrency?: number;
  /** ... or searches due per second, whether others have ended or not. */
  perSecond?: number;
  /** Row to begin with, so that several processes do not ask the same. Default 0. */
  firstQuery?: number;
  /** Counts by intervals of this length as well. */
  intervalMs?: number;
}

/** What ended in one interval of a load. */
export interface LoadInterval {
  /** Since the counting began. */
  startMs: number;
  count: number;
  failedCount: number;
  /** Sum over those that did not fail, 0..1 each. */
  coverageSum: number;
  histogram: string;
}

export interface SearchLoadResult {
  /** Ended, failed ones included. */
  count: number;
  failedCount: number;
  /** How often each error came, by its reason. */
  failures: Record<string, number>;
  /** Answers that were not complete. */
  degradedCount: number;
  /** From the start of counting until the last answer. */
  tookMs: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of those that did not fail; with a rate, from the moment they were due. */
  histogram: string;
  intervals: LoadInterval[];
}

/** Every query once: what was found rather than how fast. */
export interface AnswerLoad extends Queries {
  kind: 'answer';
  target: SearchTargetSpec;
  concurrency: number;
}

export interface AnswerLoadResult {
  /** Of every query, nearest first. */
  ids: string[][];
}

export interface IngestLoad {
  kind: 'ingest';
  address: string;
  collection: string;
  dimension: number;
  /** Row after row; begun again at the end. */
  vectors: Float32Array;
  /** Starts the ids, which go up from `firstNumber`. */
  prefix: string;
  firstNumber: number;
  /** Ends after that time ... */
  durationMs?: number;
  /** ... or after that many documents, whichever is first. */
  count?: number;
  /** Most documents per second. Default: as many as are taken. */
  perSecond?: number;
  /** Requests under way at once. Default: the SDK's. */
  inFlightMax?: number;
}

export interface IngestLoadResult {
  /** Documents acknowledged. */
  count: number;
  tookMs: number;
}

export type LoadTask = SearchLoad | AnswerLoad | IngestLoad;

/** While a task goes on. */
export interface LoadProgress {
  progress: { count: number };
}
