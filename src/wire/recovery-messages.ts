/**
 * What replicas of one partition say to each other to become equal: the Recovery stream, on which the
 * one that copies asks and the other answers, one message at a time. Nothing needs to be kept between
 * two questions, so a copy that was interrupted goes on after the last id, or byte, that it dealt with.
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
  /** Only what belongs there is meant; absent: everything. For digests, entries and scans. */
  slice?: PartitionSlice;
}

/** The documents that are in one partition of a collection that has so many. */
export interface PartitionSlice {
  partition: Partition;
  partitionCount: number;
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

/** Documents in the order in which they were written there, for whoever has next to none. */
export interface ScanQuestion {
  kind: 'scan';
  target: RecoveryTarget;
  /** As the answer before says; 0 at first. */
  afterSeq: number;
}

/** Is there a saved graph to be had? */
export interface GraphQuestion {
  kind: 'graph';
  target: RecoveryTarget;
}

/** A piece of that graph. */
export interface GraphBytesQuestion {
  kind: 'graph_bytes';
  target: RecoveryTarget;
  graphId: string;
  offset: number;
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

export type RecoveryQuestion =
  | DigestQuestion
  | EntriesQuestion
  | RowsQuestion
  | MergeQuestion
  | ScanQuestion
  | GraphQuestion
  | GraphBytesQuestion;

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

export interface ScanAnswer {
  kind: 'scan';
  documents: StoredDocument[];
  /** The rows up to this one were visited. */
  throughSeq: number;
  isLast: boolean;
}

/** A graph as it lies on the source's disk: its manifest and then hnswlib's file. */
export interface GraphOffer {
  /** Names these very bytes: checksums of both parts. */
  graphId: string;
  manifestBytes: number;
  payloadBytes: number;
}

export interface GraphAnswer {
  kind: 'graph';
  /** Undefined: none was saved yet. */
  offer: GraphOffer | undefined;
}

export interface GraphBytesAnswer {
  kind: 'graph_bytes';
  /** Beginning at the offset; empty at the end. */
  bytes: Uint8Array;
}

export interface MergeAnswer {
  kind: 'merge';
  rowCount: number;
}

/**
 * `not_yet`: the node has not heard of the generation yet. `not_in_sync`: its replica is no source.
 * `wrong_node`: another node or cluster. `unavailable`: no answer, for now. `gone`: the source has
 * let go of that graph.
 */
export type RecoveryRefusalStatus =
  | 'not_yet'
  | 'not_in_sync'
  | 'wrong_node'
  | 'missing'
  | 'corrupt'
  | 'unavailable'
  | 'gone';

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
  | ScanAnswer
  | GraphAnswer
  | GraphBytesAnswer
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
