/**
 * Port: a coordinator's connection to one shard node. Adapters: `grpc-shard-link.ts`, and the
 * simulation's network.
 */
import type { PartStatus } from '../../base/errors.js';
import type { CollectionId, Epoch, Generation, NodeId, Partition } from '../../base/ids.js';
import type { Metric } from '../../base/metric.js';
import type { LinkReply, LinkRequest, NodeLoad, ReplicaReport } from '../../wire/link-messages.js';
import type { ReplicaState } from '../topology/topology.js';

/** How a call ended: with the node's reply, or without one. */
export type LinkOutcome<R extends LinkReply = LinkReply> =
  | { status: 'ok'; reply: R; load: NodeLoad }
  | {
      status: Exclude<PartStatus, 'ok'>;
      detail: string;
      /** Do not try again before this many milliseconds. 0: no advice. */
      retryAfterMs: number;
      /** Present when the node itself said so. */
      load?: NodeLoad;
    };

export interface LinkCall {
  /**
   * Ends the call with status `cancelled` before this returns, and tells the node to forget it.
   * Does nothing when the call has ended.
   */
  cancel(): void;
}

/** What a node must hold of one partition. */
export interface ReplicaAssignment {
  collection: CollectionId;
  partition: Partition;
  generation: Generation;
  dimension: number;
  metric: Metric;
  m: number;
  efConstruction: number;
  /** Make it, empty, when it does not exist; otherwise an absent replica is reported `missing`. */
  create: boolean;
  state: ReplicaState;
  /** The replica in sync that a recovering one copies from. Absent: it waits for its turn. */
  source?: ReplicaSource;
  /** No replica of its partition is in sync, so nothing that can be read of it may be emptied. */
  keepsReadable?: boolean;
}

export interface ReplicaSource {
  nodeId: NodeId;
  address: string;
  /** Of a filling collection: the source is a replica of this partition, one of those it relieves. */
  relieved?: {
    collection: CollectionId;
    partition: Partition;
    generation: Generation;
    partitionCount: number;
  };
}

export interface ShardLink {
  readonly nodeId: NodeId;
  /** False: a call now would end as `unavailable` at once. */
  readonly isConnected: boolean;
  /** Calls sent and not ended. */
  readonly outstanding: number;
  /**
   * Sends a request. `done` is called exactly once, never before `send` returns: with the reply, with
   * `timed_out` after `timeoutMs`, or with the reason why there will be none. A `refused` reply
   * arrives as its status.
   */
  send(request: LinkRequest, timeoutMs: number, done: (outcome: LinkOutcome) => void): LinkCall;
  /** Rejects with an `AnnulusError` when the node cannot be asked. */
  assign(epoch: Epoch, replicas: ReplicaAssignment[]): Promise<ReplicaReport[]>;
  /** Ends all calls with `cancelled` and never reconnects. */
  close(): void;
}

/** What a link tells its owner, whatever calls are under way. */
export interface ShardLinkObserver {
  /** Connected, and the node is the one that was meant: time to assign its replicas. */
  onConnected(): void;
  /** The link is lost; or there is none yet, and this is why: told once for each kind of reason. */
  onDisconnected(detail: string): void;
}
