/**
 * What goes into and comes out of the SDK, as plain values. Durations are in milliseconds, sizes in
 * bytes; versions are bigints because they use all of 64 bits.
 */
import type { AnnulusError } from '../base/errors.js';

/** How nearness is measured. Scores: cosine similarity, inner product, minus Euclidean distance. */
export type Metric = 'cosine' | 'dot' | 'l2';

/**
 * How many replicas must hold a write durably before it is acknowledged: every in-sync one
 * (`in_sync`), more than half of all (`majority`), or one (`one`).
 */
export type Consistency = 'in_sync' | 'majority' | 'one';

/** A dense vector: as many finite numbers as the collection's dimension, kept as 32-bit floats. */
export type VectorInput = readonly number[] | Float32Array;

/** One value of a document's metadata. Numbers must be finite. */
export type MetadataValue = string | number | boolean | string[];

/** Metadata on its way in. A key whose value is `undefined` is refused, not skipped. */
export type MetadataInput =
  | Readonly<Record<string, string | number | boolean | readonly string[]>>
  | ReadonlyMap<string, string | number | boolean | readonly string[]>;

/** Metadata on its way out: an object without a prototype, so that any key is an ordinary key. */
export type Metadata = Record<string, MetadataValue>;

/** A document to write; it replaces the one with the same id whole. */
export interface DocumentInput {
  /** 1..512 bytes of UTF-8. */
  id: string;
  vector: VectorInput;
  /** Handed back with hits. Default: empty. */
  text?: string | undefined;
  /** At most 256 keys of 1..256 bytes. Default: none. */
  metadata?: MetadataInput | undefined;
}

/** A document as it is stored. */
export interface StoredDocument {
  id: string;
  /** Present when `includeVector` was set. */
  vector?: Float32Array;
  text: string;
  metadata: Metadata;
  /** Of two versions of a document the larger is the later write. */
  version: bigint;
}

/** What every method takes. */
export interface CallOptions {
  /** Ends the call: its promise rejects with code `CANCELLED`. */
  signal?: AbortSignal | undefined;
  /**
   * How long the whole call may take, retries and waiting included, in milliseconds: 1..3,600,000.
   * Default: the client's `timeoutMs`, 10,000. Past it the promise rejects with `DEADLINE_EXCEEDED`.
   */
  timeoutMs?: number | undefined;
}

export interface HnswOptions {
  /** Links per vector and layer, 2..128. Default 16. More: better recall, more memory. */
  m?: number | undefined;
  /** Candidates examined per insertion, 8..4,096. Default 128. More: better recall, slower. */
  efConstruction?: number | undefined;
}

export interface CollectionInput {
  /** 1..63 characters: a lower-case letter, then lower-case letters, digits, `_` and `-`. */
  name: string;
  /** Elements per vector, 1..16,384. */
  dimension: number;
  /** Default `cosine`. */
  metric?: Metric | undefined;
  /** A power of two, 1..4,096. Default: the smallest that gives every node one. */
  partitions?: number | undefined;
  /** Copies of each partition. Default: 3, or the number of nodes when there are fewer. */
  replicationFactor?: number | undefined;
  /**
   * Fewest in-sync replicas that may acknowledge a write, 1..replicationFactor. Default: one less than
   * the replicationFactor, and at least 1. More: survives more at once, stops writing sooner.
   */
  minInSync?: number | undefined;
  hnsw?: HnswOptions | undefined;
  /** How searches are balanced that do not say. Default `least_outstanding`. */
  balancingPolicy?: string | undefined;
}

export interface CollectionInfo {
  name: string;
  dimension: number;
  metric: Metric;
  partitions: number;
  replicationFactor: number;
  minInSync: number;
  hnsw: { m: number; efConstruction: number };
  balancingPolicy: string;
  /** As the nodes last reported it; `count()` asks them. */
  documentCount: number;
  /** Milliseconds since the Unix epoch. */
  createdAtWallMs: number;
}

/** A document that was not written or deleted. */
export interface WriteFailure {
  id: string;
  /** With code `UNAVAILABLE` it may have been written all the same: resending it settles that. */
  error: AnnulusError;
}

export interface WriteOptions extends CallOptions {
  /** Default `in_sync`. */
  consistency?: Consistency | undefined;
  /**
   * True: documents that failed are listed in the result. False, the default: when any failed the
   * promise rejects with a `WriteError`, which lists them too.
   */
  collectFailures?: boolean | undefined;
}

export interface UpsertResult {
  /** Documents acknowledged. */
  upserted: number;
  /** The version of the documents written; 0n when there are none. */
  version: bigint;
  failures: WriteFailure[];
}

export interface DeleteResult {
  /** Documents that existed and are gone. After a retry it may be less than were there at first. */
  deleted: number;
  version: bigint;
  failures: WriteFailure[];
}

export interface GetOptions extends CallOptions {
  /** Default false. */
  includeVector?: boolean | undefined;
}

export interface GetResult {
  /** In the order of the ids asked for; each id once. */
  documents: StoredDocument[];
  missingIds: string[];
}

export interface CountOptions extends CallOptions {
  filter?: Filter | undefined;
}

export interface ListOptions extends CallOptions {
  /** Documents per page, 1..1,000. Default 100. */
  pageSize?: number | undefined;
  /** `nextPageToken` of the page before. Default: the first page. */
  pageToken?: string | undefined;
  /** Default false. */
  includeVector?: boolean | undefined;
}

export interface ListPage {
  /** In ascending order of the ids' UTF-8 bytes. */
  documents: StoredDocument[];
  /** Absent on the last page. */
  nextPageToken?: string;
}

/** One value that a filter compares with. */
export type FilterValue = string | number | boolean;

/** A condition on metadata: exactly one key. Servers that cannot filter say `UNIMPLEMENTED`. */
export type Filter =
  | { eq: { key: string; value: FilterValue } }
  | { in: { key: string; values: readonly FilterValue[] } }
  | {
      range: {
        key: string;
        gt?: number | undefined;
        gte?: number | undefined;
        lt?: number | undefined;
        lte?: number | undefined;
      };
    }
  | { exists: { key: string } }
  | { and: readonly Filter[] }
  | { or: readonly Filter[] }
  | { not: Filter };
