/**
 * What replicas of one partition say to each other to become equal: the Recovery stream, on which the
 * one that copies asks and the other answers, one message at a time. Nothing is kept between two
 * questions, so a copy that was interrupted goes on after the last id that it dealt with.
 * `recovery-codec.ts` gives the messages their bytes.
 */
import type { CollectionId, Generation, NodeId, Partition } from '../base/ids.js';
import type { Version } from '../base/version.js';
import type { StoredDocument } from './link-messages.js';

/** The replica that is asked. */
export interface RecoveryTarget {
  clusterId: string;
  /** The node that is meant: addresses may have been given to others. */
  nodeId: NodeId;
  collection: CollectionId;
  partition: Partition;
  /** The replica must know this generation, or a newer one: it then refuses older writes. */
  generation: Generation;
}

/** Tombstones older than `horizon` are left out of digests and lists: some have forgotten them. */
export interface DigestQuestion {
  kind: 'digest';
  target: RecoveryTarget;
  horizon: Version;
}

/** Entries of some buckets, in the order of the ids' bytes, beginning after `afterId`. */
export interface EntriesQuestion {
  kind: 'entries';
  target: RecoveryTarget;
  horizon: Version;
  /** One bit for each bucket; bit b of byte i is bucket 8 i + b. */
  buckets: Uint8Array;
  afterId: string;
}

/** Documents by id. */
export interface RowsQuestion {
  kind: 'rows';
  target: RecoveryTarget;
  ids: string[];
}

/** Take over what is newer at another replica, both being in sync. */
export interface MergeQuestion {
  kind: 'merge';
  target: RecoveryTarget;
  horizon: Version;
  buckets: Uint8Array;
  sourceNodeId: NodeId;
  sourceAddress: string;
}

export type RecoveryQuestion = DigestQuestion | EntriesQuestion | RowsQuestion | MergeQuestion;

export interface DigestAnswer {
  kind: 'digest';
  documentCount: number;
  digest: BigUint64Array;
}

export interface EntryVersion {
  id: string;
  kind: 'document' | 'tombstone';
  version: Version;
}

export interface EntriesAnswer {
  kind: 'entries';
  entries: EntryVersion[];
  /** All entries up to this id are listed, or there are none. Empty together with `isLast`. */
  throughId: string;
  isLast: boolean;
}

export interface RowsAnswer {
  kind: 'rows';
  /** Of the first `doneCount` ids, those that there are. */
  documents: StoredDocument[];
  doneCount: number;
}

export interface MergeAnswer {
  kind: 'merge';
  rowCount: number;
}

/**
 * `not_yet`: the node has not heard of the generation yet. `not_in_sync`: its replica is no source.
 * `wrong_node`: another node or cluster. `unavailable`: no answer, for now.
 */
export type RecoveryRefusalStatus =
  | 'not_yet'
  | 'not_in_sync'
  | 'wrong_node'
  | 'missing'
  | 'corrupt'
  | 'unavailable';

export interface RecoveryRefusal {
  kind: 'refused';
  status: RecoveryRefusalStatus;
  detail: string;
}

export type RecoveryAnswer =
  | DigestAnswer
  | EntriesAnswer
  | RowsAnswer
  | MergeAnswer
  | RecoveryRefusal;

/** Port: another node, to be asked. Adapters: `grpc-recovery-peer.ts`, and those of tests. */
export interface RecoveryPeer {
  /** One question after the other. Without an answer in time: a refusal, `unavailable`. */
  ask(question: RecoveryQuestion): Promise<RecoveryAnswer>;
  close(): void;
}

export type ConnectRecoveryPeer = (address: string) => RecoveryPeer;

export function refusedAs(status: RecoveryRefusalStatus, detail: string): RecoveryRefusal {
  return { kind: 'refused', status, detail };
}
