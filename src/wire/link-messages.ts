/**
 * What coordinator and shard node say to each other over the link, as plain values. A request names
 * the partitions it is about, each with the generation that the coordinator knows; the reply says for
 * each how it ended. `link-codec.ts` gives them their bytes.
 */
import type { PartStatus } from '../base/errors.js';
import type { CollectionId, Generation, Partition } from '../base/ids.js';
import type { Version } from '../base/version.js';

/** One replica asked for something. */
export interface Target {
  partition: Partition;
  generation: Generation;
}

/** The nearest documents of each target. */
export interface SearchCall {
  kind: 'search';
  collection: CollectionId;
  vector: Float32Array;
  /** Compare with every document instead of walking the graph. */
  exact: boolean;
  includeText: boolean;
  includeMetadata: boolean;
  includeVector: boolean;
  targets: SearchTarget[];
}

export interface SearchTarget extends Target {
  /** Hits wanted, at least 1. */
  k: number;
  /** Candidates to examine, at least `k`; ignored by an exact search. */
  ef: number;
}

export interface SearchReply {
  kind: 'search';
  targets: SearchTargetReply[];
}

export interface SearchTargetReply {
  partition: Partition;
  status: PartStatus;
  /** Nearest first, ties by id. Empty unless `status` is `ok`. */
  hits: LinkHit[];
  /** Documents of the replica, all of which were candidates. */
  documentCount: number;
}

export interface LinkHit {
  id: string;
  /** Smaller is nearer. cosine: 1 - similarity. dot: minus the product. l2: squared distance. */
  distance: number;
  version: Version;
  /** UTF-8; absent unless asked for. */
  text?: Uint8Array;
  /** Encoded `StoredMetadata`; absent unless asked for. */
  metadata?: Uint8Array;
  /** Packed float32; absent unless asked for. */
  vector?: Uint8Array;
}

/** Documents by id. */
export interface GetCall {
  kind: 'get';
  collection: CollectionId;
  includeVector: boolean;
  targets: (Target & { ids: string[] })[];
}

/** A document as replicas keep it. */
export interface StoredDocument {
  id: string;
  version: Version;
  /** Packed float32; empty when it was not asked for. */
  vector: Uint8Array;
  text: Uint8Array;
  metadata: Uint8Array;
}

export interface DocumentsTargetReply {
  partition: Partition;
  status: PartStatus;
  documents: StoredDocument[];
  /** For `list`: there are documents beyond the last one here. */
  hasMore: boolean;
}

export interface GetReply {
  kind: 'get';
  targets: DocumentsTargetReply[];
}

/** Documents in ascending order of their ids' UTF-8 bytes, beginning after `afterId`. */
export interface ListCall {
  kind: 'list';
  collection: CollectionId;
  /** Empty: from the beginning. */
  afterId: string;
  limit: number;
  includeVector: boolean;
  targets: Target[];
}

export interface ListReply {
  kind: 'list';
  targets: DocumentsTargetReply[];
}

export interface CountCall {
  kind: 'count';
  collection: CollectionId;
  targets: Target[];
}

export interface CountReply {
  kind: 'count';
  targets: { partition: Partition; status: PartStatus; documentCount: number }[];
}

export type WriteOp =
  | { kind: 'upsert'; id: string; vector: Uint8Array; text: Uint8Array; metadata: Uint8Array }
  | { kind: 'delete'; id: string };

export interface WriteTarget extends Target {
  version: Version;
  /** The operations, encoded once by `encodeWriteOps` however many replicas they go to. */
  ops: Uint8Array;
}

/** Writes that are durable, and found by searches, when the reply says `ok`. */
export interface WriteCall {
  kind: 'write';
  collection: CollectionId;
  targets: WriteTarget[];
}

export interface WriteResult {
  /** False: the replica holds a newer version of this document, and kept it. */
  isApplied: boolean;
  /** The document existed before (and was not a tombstone). */
  existed: boolean;
  /** The version that the replica holds now. */
  version: Version;
}

export interface WriteTargetReply {
  partition: Partition;
  status: PartStatus;
  /** Why, when `status` is not `ok`; for people. */
  detail: string;
  /** One per operation, in their order; empty unless `status` is `ok`. */
  results: WriteResult[];
}

export interface WriteReply {
  kind: 'write';
  targets: WriteTargetReply[];
}

/** Is the node alive, how busy is it, what does it hold? */
export interface HeartbeatCall {
  kind: 'heartbeat';
}

/**
 * `open`: serves. `loading`: its graph is being built; exact searches and reads go on. `missing`: there
 * is nothing of it. `corrupt`: what is there is not what was written; it answers nothing. `failed`: its
 * storage failed; it takes no writes, answers reads where it was open before, and is opened anew.
 * `full`: as open, but the last write found no room on the disk.
 */
export type ReplicaCondition = 'open' | 'loading' | 'missing' | 'corrupt' | 'failed' | 'full';

export interface ReplicaReport {
  collection: CollectionId;
  partition: Partition;
  condition: ReplicaCondition;
  /** Why, in words, when it is not `open`; for people. */
  detail: string;
  documentCount: number;
  /** Of a recovering replica. */
  recovery?: RecoveryReport;
}

export type RecoveryPhase = 'waiting' | 'comparing' | 'copying' | 'equal';

/** How far a recovering replica is. */
export interface RecoveryReport {
  /** The generation in which this attempt runs. */
  generation: Generation;
  /** `equal`: every bucket was found equal to the source's in this generation. */
  phase: RecoveryPhase;
  /** Entries and bytes taken over in this attempt. */
  rowCount: number;
  byteCount: number;
  /** Rounds in a row in which buckets differed, and nothing could be done about it. */
  idleRoundCount: number;
}

export interface HeartbeatReply {
  kind: 'heartbeat';
  /** The largest epoch that the node was assigned replicas with. */
  epoch: number;
  replicas: ReplicaReport[];
}

/** The node did not even begin: its queue is full, the deadline passed, it is stopping. */
export interface RefusedReply {
  kind: 'refused';
  status: PartStatus;
  detail: string;
  /** Do not try again before this many milliseconds. 0: no advice. */
  retryAfterMs: number;
}

export type LinkRequest = SearchCall | GetCall | ListCall | CountCall | WriteCall | HeartbeatCall;
export type LinkReply =
  | SearchReply
  | GetReply
  | ListReply
  | CountReply
  | WriteReply
  | HeartbeatReply
  | RefusedReply;

/** What every reply says of its node. */
export interface NodeLoad {
  /** Searches and reads waiting in the node's queue. */
  queueDepth: number;
  /** How long this request waited in the node's queue, and was worked on. */
  queueMs: number;
  serviceMs: number;
  /** The highest version that the node has seen; clocks follow it. */
  highestVersion: Version;
}

/** Bumped with every incompatible change of these messages or their bytes. */
export const LINK_PROTOCOL = 3;

/** The stream that a request travels on, one per class of work. */
export type LinkClass = 'search' | 'write';

export function linkClassOf(request: LinkRequest): LinkClass {
  return request.kind === 'write' ? 'write' : 'search';
}
