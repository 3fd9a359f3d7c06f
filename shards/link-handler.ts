/**
 * Port between the link's server side and the shard node behind it: `link-service.ts` speaks gRPC and
 * knows nothing of partitions, `shard-node.ts` knows nothing of gRPC. The simulation's network calls
 * the same port.
 */
import type { CollectionId, Epoch, Generation, NodeId, Partition } from '../src/base/ids.js';
import type { Metric } from '../src/base/metric.js';
import type { LinkReply, LinkRequest, NodeLoad, ReplicaReport } from '../src/wire/link-messages.js';
import type { RecoveryAnswer, RecoveryQuestion } from '../src/wire/recovery-messages.js';

/** What this node must hold of one partition. */
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
  /**
   * A `recovering` replica takes writes and answers no reads; it is made, empty, when it is missing
   * or damaged. Default `in_sync`.
   */
  state?: 'in_sync' | 'recovering';
  /** The replica in sync that a recovering one copies from. Absent: it waits for its turn. */
  source?: RecoverySourceAddress;
  /**
   * No replica of its partition is in sync: of a recovering one that is damaged what can be read is
   * kept, and one that was away for long is not emptied. Default false.
   */
  keepsReadable?: boolean;
}

export interface RecoverySourceAddress {
  nodeId: NodeId;
  /** HOST:PORT of the node's link. */
  address: string;
  /** Its replica is of another partition, a slice of which is copied. Absent: of the same one. */
  relieved?: RelievedPartition;
}

/** A partition of a collection that is being split. */
export interface RelievedPartition {
  collection: CollectionId;
  partition: Partition;
  generation: Generation;
  /** Of the collection that takes its place. */
  partitionCount: number;
}

export interface HandlerCall {
  /** The caller is gone: do not begin what has not begun, and do not reply. */
  cancel(): void;
}

export interface LinkHandler {
  readonly nodeId: NodeId;
  /** The topology that the node belongs to; undefined until it was assigned its first replicas. */
  readonly clusterId: string | undefined;
  /** Of the last assignment that was carried out. */
  readonly epoch: Epoch;
  readonly assigned: readonly ReplicaAssignment[];
  /**
   * `reply` is called exactly once, now or later, unless the call is cancelled first. A request whose
   * deadline (on the node's monotonic clock) has passed before it was begun is refused, unstarted.
   */
  handle(
    request: LinkRequest,
    deadlineAtMs: number,
    reply: (reply: LinkReply, load: NodeLoad) => void,
  ): HandlerCall;
  /**
   * Opens what is listed, makes what is to be created, removes replicas of what is not listed.
   * Resolves when every listed replica is open or known to be missing or corrupt; graphs may still be
   * loading. Rejects with an `AnnulusError` `STALE_TOPOLOGY` when the epoch is older than one seen,
   * and `FAILED_PRECONDITION` when the node belongs to another cluster.
   */
  assign(
    clusterId: string,
    epoch: Epoch,
    replicas: readonly ReplicaAssignment[],
  ): Promise<ReplicaReport[]>;
  /** Another replica wants to become equal to one of this node, or a coordinator to compare them. */
  answerRecovery(question: RecoveryQuestion): Promise<RecoveryAnswer>;
}
