/** What the scatter-gather machine is given, what it asks, and what it has its driver do. */
import type { PartStatus } from '../../base/errors.js';
import type { Generation, NodeId, Partition } from '../../base/ids.js';
import type { MissingPartition, MissingReason } from './coverage.js';

/** A partition to be read, and the nodes whose replicas may answer. */
export interface PartitionRead {
  partition: Partition;
  generation: Generation;
  nodeIds: readonly NodeId[];
}

/** What a node says of one partition. */
export interface PartitionReply {
  partition: Partition;
  status: PartStatus;
}

/** What the machine needs to know of the world; read-only. */
export interface ScatterGatherView {
  /**
   * The node to ask for a partition, of those named; undefined when none can be asked. `planned` are
   * the partitions that this very request has already planned for each node. A hedge is not worth
   * asking a node that does worse than those that are merely late.
   */
  pick(
    read: PartitionRead,
    nodeIds: readonly NodeId[],
    planned: ReadonlyMap<NodeId, readonly unknown[]>,
    cause: AttemptCause,
  ): NodeId | undefined;
  /** How long to wait for a node before hedging, in milliseconds; undefined: do not hedge. */
  hedgeDelayMs(nodeId: NodeId, partitionCount: number): number | undefined;
  /** Takes one from the budget that retries and hedges share; false when it is spent. */
  spendRetry(cause: RetryCause): boolean;
}

/** Why a read wants one more attempt. */
export type RetryCause =
  | { kind: 'reroute'; failures: readonly MissingReason[] }
  | { kind: 'hedge'; lateNodeId: NodeId };

export type AttemptCause = 'first' | 'reroute' | 'hedge';

export interface Attempt {
  id: number;
  nodeId: NodeId;
  cause: AttemptCause;
  partitions: Partition[];
  sentAtMs: number;
}

export type ScatterGatherEffect<R extends PartitionReply> =
  | { kind: 'send'; attempt: Attempt; reads: PartitionRead[]; timeoutMs: number }
  | { kind: 'cancel'; attemptId: number }
  | { kind: 'arm_timer'; timer: ReadTimer; atMs: number }
  | { kind: 'complete'; result: ScatterGatherResult<R> };

/** `hedge`: the attempt is late. `deadline`: the whole request is. */
export type ReadTimer = { kind: 'deadline' } | { kind: 'hedge'; attemptId: number };

export interface ScatterGatherResult<R extends PartitionReply> {
  /** One per answered partition, by partition. */
  replies: R[];
  /** By partition. */
  missing: MissingPartition[];
  /** Of each reply, the attempt that gave it. */
  answeredBy: number[];
}
