/** What a load process is told, and what it answers. */
export interface SearchLoad {
  kind: 'search';
  address: string;
  collection: string;
  dimension: number;
  /** Row after row. */
  queries: Float32Array;
  durationMs: number;
  /** Searches that are always under way (the next begins when one ends) ... */
  concurrency?: number;
  /** ... or searches begun per second, whether others have ended or not. */
  perSecond?: number;
}

export interface SearchLoadResult {
  count: number;
  failedCount: number;
  tookMs: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
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
  durationMs: number;
}

export interface IngestLoadResult {
  /** Documents acknowledged. */
  count: number;
  tookMs: number;
}
