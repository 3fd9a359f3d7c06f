/** What a bulk load takes and gives. */
import type { CallOptions, Consistency, WriteFailure } from './types.js';

export interface UpsertManyOptions extends CallOptions {
  /**
   * How long one batch may take, retries included, in milliseconds: 1..3,600,000. Default 60,000.
   * The load as a whole has no limit of its own: use `signal`.
   */
  timeoutMs?: number | undefined;
  /** Default `in_sync`. */
  consistency?: Consistency | undefined;
  /**
   * Documents per request, 1..1,000. Default 100. More: less work per document; searches wait longer
   * behind each request.
   */
  batchDocumentCount?: number | undefined;
  /**
   * Size of a request in bytes, 1,024..16,777,216. Default 1,048,576: larger ones wait for the
   * connection's flow control. A document larger than this travels alone.
   */
  batchBytes?: number | undefined;
  /** Requests under way at once, 1..64. Default 8. More: faster until the cluster is busy. */
  inFlightMax?: number | undefined;
  /**
   * Documents that may fail before the load is given up, 0..1,000,000. Default 100. At 0 the first
   * failure ends it.
   */
  failureCountMax?: number | undefined;
  /** Called after every batch. What it throws ends the load. */
  onProgress?: ((progress: UpsertProgress) => void) | undefined;
}

export interface UpsertProgress {
  /** Documents taken from the source. */
  taken: number;
  /** Documents acknowledged. */
  upserted: number;
  /** Documents given up. */
  failed: number;
  /** Bytes of the documents acknowledged, as sent. */
  upsertedBytes: number;
}

export interface BulkFailure extends WriteFailure {
  /** Position of the document in the source, from 0. */
  index: number;
}

export interface UpsertManyResult {
  upserted: number;
  /** The highest version given to a document of this load; 0n when there are none. */
  version: bigint;
  failures: BulkFailure[];
}
