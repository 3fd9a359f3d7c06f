/**
 * Port: the truth about one partition replica. Adapters: `lmdb-partition-store.ts` and
 * `memory-partition-store.ts` (simulation, tests).
 *
 * Rows are immutable: a write of a document adds a row under the next sequence number and supersedes
 * the document's earlier row. Reads answer from durable rows only: until a write is durable, the
 * document's earlier row is what `get`, `list` and `row` show.
 */
import type { Version } from '../../src/base/version.js';
import type { WriteOp, WriteResult } from '../../src/wire/link-messages.js';
import type { IdRecord, RecordChanges } from './id-record.js';

/** One document as it was written. */
export interface Row {
  /** 1..2^53; the label of its vector in the index. */
  seq: number;
  id: string;
  version: Version;
  vector: Float32Array;
  /** UTF-8. */
  text: Uint8Array;
  /** Encoded `StoredMetadata`. */
  metadata: Uint8Array;
}

/** What a durable write did to the set of rows. In the order of sequence numbers. */
export interface RowChange {
  /**
   * The row that was added; absent for a delete. The vector may share its memory with the operation:
   * copy what is kept.
   */
  added?: { seq: number; vector: Float32Array };
  /** The row that it supersedes, if there was one. */
  removedSeq?: number;
}

export interface WriteOutcome {
  /** One per operation, in their order. */
  results: WriteResult[];
  changes: RowChange[];
}

/** What a store knows of an id: its document, or that it was deleted; and the version of that. */
export interface StoreEntry {
  id: string;
  kind: 'document' | 'tombstone';
  version: Version;
}

/**
 * An entry copied from another replica, with the version that it has there. As with writes the newer
 * version wins; with `replaces` it wins over exactly that version too, even when that is newer: so a
 * write that only this replica has is taken back. `absence` forgets the id, without a tombstone, if
 * it still holds the version `replaces`.
 */
export type AbsorbedEntry =
  | (Upsert & { version: Version; replaces?: Version })
  | { kind: 'delete'; id: string; version: Version; replaces?: Version }
  | { kind: 'absence'; id: string; replaces: Version };

type Upsert = WriteOp & { kind: 'upsert' };

export interface PartitionStore {
  /** Documents: durable rows that are not superseded or deleted. */
  readonly documentCount: number;
  /** The highest durable sequence number; 0 when nothing was ever written. */
  readonly lastSeq: number;
  /** The highest version that any write carried. */
  readonly highestVersion: Version;

  /**
   * Writes with one version; operations that would replace a newer version are skipped and say so,
   * and one that carries the version already held counts as applied (so resending is safe; it then
   * finds its own earlier effect as what existed). Of several operations on one id the last wins.
   * Resolves when all is durable; calls made meanwhile are grouped into the next commit. Rejects with
   * a {@link StoreError} when the storage fails: nothing of the call may then be acknowledged, and
   * reads go on showing the state before it. After `full` a later write may succeed; after `failed`
   * all are refused until the store is opened again.
   */
  write(version: Version, ops: readonly WriteOp[]): Promise<WriteOutcome>;

  /**
   * Takes over entries of another replica, each with its own version; of several of one id each is
   * applied in its turn. `isApplied` says that the store holds what the entry says. Otherwise as
   * `write`, among whose calls it keeps its place.
   */
  absorb(entries: readonly AbsorbedEntry[]): Promise<WriteOutcome>;

  /** The document, or undefined. Throws a {@link StoreError} when its row is damaged. */
  get(id: string): Row | undefined;
  /** The row of a sequence number, or undefined when it is superseded or deleted. */
  row(seq: number): Row | undefined;
  /**
   * As `row`, for what is looked at on the spot: calls `read` with the row, if there is one, and
   * overwrites its bytes afterwards. Copy what is kept; do not read the store meanwhile.
   */
  readRow(seq: number, read: (row: Row) => void): void;
  /**
   * Current rows with a sequence number above `afterSeq`, in its order. May be iterated over many
   * turns of the event loop, writes going on: every row that is current all that time is seen once,
   * one that is superseded meanwhile perhaps, one that is added after the call never. Throws a
   * {@link StoreError} on the way when a row is damaged.
   */
  scan(afterSeq: number): IterableIterator<Row>;
  /**
   * Current rows in ascending order of the ids' UTF-8 bytes, beginning after `afterId`. May be
   * iterated over many turns, as `scan`; each document is seen at most once.
   */
  list(afterId: string): IterableIterator<Row>;
  /** Documents and tombstones in ascending order of the ids' UTF-8 bytes; otherwise as `list`. */
  entries(afterId: string): IterableIterator<StoreEntry>;
  /**
   * 1,024 values: the XOR of hash(id, version) of each bucket's documents and tombstones, without
   * the tombstones older than `horizon`: one replica may have forgotten those before the other.
   */
  digest(horizon?: Version): BigUint64Array;
  /** What is known of an id. */
  record(id: string): IdRecord | undefined;
  /** Ids of tombstones with a version below `before`, oldest first, at most `limit`. */
  tombstonesBefore(before: Version, limit: number): string[];
  /**
   * From now on calls `watcher` with every change of what is known of ids, in the order of commits and
   * in the turn in which reads begin to show it. There is one watcher, the last.
   */
  watch(watcher: (changes: RecordChanges) => void): void;
  /**
   * Forgets tombstones whose version is older than the wall-clock instant. Resolves to how many.
   */
  purgeTombstones(beforeWallMs: number): Promise<number>;
  /** Waits for writes under way, then lets go of the files. */
  close(): Promise<void>;
}

/**
 * `missing`: there is no store at that place. `corrupt`: what was read is not what was written.
 * `full`: there is no room left. `failed`: anything else; only opening the store anew can help.
 */
export type StoreFailure = 'missing' | 'corrupt' | 'full' | 'failed';

/** A failure of the storage, not of the request. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

export function damaged(what: string): StoreError {
  return new StoreError('corrupt', `damaged: ${what}`);
}
