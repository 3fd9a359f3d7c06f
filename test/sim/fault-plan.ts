/**
 * What a run will be like, and what will go wrong in it: plain data, so that it can be printed, cut
 * down and kept. Everything in it comes from the seed (`profiles.ts`).
 */
import type { Metric } from '../../src/base/metric.js';

export interface ClusterPlan {
  nodeCount: number;
  /** A power of two. */
  partitionCount: number;
  replicationFactor: number;
  dimension: number;
  metric: Metric;
  /** How long tombstones are kept, by nodes and in comparisons. */
  tombstoneGraceMs: number;
  /** How often each partition's replicas are compared in the background. */
  comparisonIntervalMs: number;
}

/** Several coordinators, and the topology store that they share. */
export interface StorePlan {
  coordinatorCount: number;
  /** A call takes two trips. */
  tripMsMean: number;
  /** What nobody answers has failed after so long. */
  timeoutMs: number;
  /** Share of the calls whose answers are lost. */
  lostRatio: number;
  /** Changes are told so much later. */
  watchMsMean: number;
  /** The controller's term. */
  seatMs: number;
  topologyLeaseMs: number;
}

/** Operators that change the cluster's shape while it works. */
export interface ShapePlan {
  /** Machines beside those that the cluster begins with. */
  spareCount: number;
  /** After this share of the requests an operator does something. */
  changeRatio: number;
  replaceAfterMs: number;
  settleMs: number;
  /** Operators split the collection, too. */
  hasSplits?: boolean;
}

export interface NetworkPlan {
  /** Every message takes this long at least ... */
  delayMsMin: number;
  /** ... and on average so much more. */
  delayMsMean: number;
  /** This share takes up to `tailMs` more. */
  tailRatio: number;
  tailMs: number;
  /** Messages of one direction and class arrive in the order in which they were sent. */
  isOrdered: boolean;
  /** Share of the messages that take the connection down with them. */
  resetRatio: number;
  /** Share of the replies that never come, though the connection stays. */
  swallowRatio: number;
  /** Share of the requests under way on a lost connection that reach the node all the same ... */
  lateDeliveryRatio: number;
  /** ... and of those, the share that do so twice. */
  duplicateRatio: number;
  /** A connection on which nothing gets through is given up after this long. */
  keepaliveMs: number;
}

export interface NodePlan {
  rowReadMs: number;
  insertMs: number;
  syncMs: number;
  saveMs: number;
  buildMs: number;
}

export interface WorkloadPlan {
  /** Mean pause between two requests, in milliseconds. */
  intervalMs: number;
  /** Ids to choose from: few make for conflicts. */
  idCount: number;
  batchMax: number;
  topKMax: number;
  deadlineMsMin: number;
  deadlineMsMax: number;
  /** Share of the requests whose caller leaves before the answer. */
  cancelRatio: number;
  /** Share of the searches that accept any coverage. */
  partialRatio: number;
  /** After this share of the requests a collection is made, and perhaps dropped again. */
  churnRatio: number;
  /** Collections made beyond this number are dropped again, all of them. */
  churnMax: number;
  weights: Record<RequestKind, number>;
}

export type RequestKind =
  | 'upsert'
  | 'delete'
  | 'search'
  | 'exact_search'
  | 'get'
  | 'count'
  | 'list';

export type Fault = { atMs: number } & (
  | { kind: 'crash_node'; node: number; downMs: number; keepsUnsynced: boolean }
  /** Killed, and started again with empty disks, unless something would be lost for good. */
  | { kind: 'wipe_node'; node: number; downMs: number; losesRecord: boolean }
  | { kind: 'pause_node'; node: number; forMs: number }
  | { kind: 'slow_node'; node: number; forMs: number; factor: number }
  | { kind: 'slow_disk'; node: number; forMs: number; factor: number }
  | { kind: 'full_disk'; node: number; forMs: number }
  /** Once, on every disk of the node. */
  | { kind: 'fail_sync'; node: number }
  /** A row on its disk cannot be read any more; `pick` (0..1) says which. */
  | { kind: 'damage_row'; node: number; pick: number }
  | { kind: 'cut_link'; node: number; forMs: number; direction: CutDirection }
  /** Between one coordinator and a node. */
  | {
      kind: 'cut_one_link';
      coordinator: number;
      node: number;
      forMs: number;
      direction: CutDirection;
    }
  /** Between two nodes, of which `node` asks and `peer` is asked. */
  | { kind: 'cut_peers'; node: number; peer: number; forMs: number; direction: CutDirection }
  | { kind: 'slow_link'; node: number; forMs: number; factor: number }
  | { kind: 'reset_link'; node: number }
  /** The first, unless another one is named. */
  | { kind: 'crash_coordinator'; downMs: number; coordinator?: number }
  /** Whichever is the controller then. */
  | { kind: 'crash_controller'; downMs: number }
  | { kind: 'pause_controller'; forMs: number }
  | { kind: 'pause_coordinator'; coordinator: number; forMs: number }
  /** The topology store is away, for all or for one of them. */
  | { kind: 'store_away'; forMs: number }
  | { kind: 'cut_store'; coordinator: number; forMs: number }
  /** Changes of the topology are told later by so much. */
  | { kind: 'slow_watch'; coordinator: number; forMs: number; lagMs: number }
  /** A coordinator's: the first, unless another one is named. */
  | { kind: 'jump_wall_clock'; byMs: number; coordinator?: number }
  /** Its wall clock is so far ahead of the world's, until another such fault. */
  | { kind: 'skew_node'; node: number; byMs: number }
);

export type FaultKind = Fault['kind'];

/** `both` stalls the link; the others are one-way partitions. */
export type CutDirection = 'to_node' | 'from_node' | 'both';

export interface SimPlan {
  seed: number;
  profile: string;
  /** Requests in the phase with faults. */
  steps: number;
  cluster: ClusterPlan;
  network: NetworkPlan;
  node: NodePlan;
  /** How long a change of the topology store takes to be durable. */
  topologySyncMs: number;
  /** Absent: one coordinator, with a topology store of its own. */
  store?: StorePlan;
  /** Absent: nodes and copies stay what they are. */
  shape?: ShapePlan;
  workload: WorkloadPlan;
  faults: Fault[];
}
