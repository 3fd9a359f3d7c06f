/** The cluster as operators see it. */

export type NodeState = 'up' | 'suspect' | 'down' | 'draining' | 'unknown';
export type ReplicaState = 'in_sync' | 'recovering' | 'unknown';

/** What the replica's node last said of it; `unknown`: it has not yet. */
export type ReplicaCondition =
  | 'open'
  | 'loading'
  | 'missing'
  | 'corrupt'
  | 'failed'
  | 'full'
  | 'unknown';

export interface NodeInput {
  /** 1..63 characters: a letter or digit, then letters, digits, `.`, `_` and `-`. */
  nodeId: string;
  /** HOST:PORT that the coordinator can reach. */
  address: string;
  /** At most 63 bytes. Default: the address's host. */
  zone?: string | undefined;
  /** Share of the partitions relative to the other nodes, 0.01..100. Default 1. */
  weight?: number | undefined;
}

export interface NodeInfo {
  nodeId: string;
  address: string;
  zone: string;
  weight: number;
  state: NodeState;
  replicaCount: number;
  /** In all its replicas, as last reported. */
  documentCount: number;
  /** Requests of this coordinator that the node has not answered yet. */
  outstanding: number;
  /** It is being drained and holds nothing any more: it can be stopped for good. */
  isDrained: boolean;
  /** Stopping it now takes no partition away from searches or writes. */
  isSafeToStop: boolean;
  /** The node that gets all it has; empty: none. */
  replacedBy: string;
  /** Wall-clock instant since which it is down; 0: it is up, or went down only a moment ago. */
  downSinceMs: number;
}

/** A copy in sync that was the last one, and was given up. */
export interface LostPartition {
  collection: string;
  partition: number;
  documentCount: number;
}

export interface Topology {
  /** Grows by one with every change. */
  epoch: number;
  nodes: NodeInfo[];
  collections: CollectionTopology[];
  areMovesPaused: boolean;
}

export interface TopologyBackup {
  epoch: number;
  /** JSON, of the coordinator's release. */
  topology: string;
}

export interface CollectionTopology {
  name: string;
  partitions: PartitionTopology[];
  /** It is being split into so many partitions; 0: it is not. */
  splittingInto: number;
}

export interface SplitInput {
  collection: string;
  /** A power of two, more than it has. */
  partitions: number;
  /** Only say what it takes. */
  dryRun?: boolean | undefined;
}

export interface CollectionSplit {
  /** That the collection has now, and will have once what is under way is over. */
  partitions: number;
  partitionsAfter: number;
  /** Of all documents and copies, which are there twice meanwhile. Estimated. */
  bytesTotal: number;
}

export interface PartitionTopology {
  partition: number;
  /** Grows with every change of this partition's replicas. */
  generation: number;
  /**
   * Fewest replicas in sync that may acknowledge a write here: the collection's, or fewer while there
   * have not been so many since more were asked for.
   */
  minInSync: number;
  replicas: ReplicaInfo[];
}

export interface ReplicaInfo {
  nodeId: string;
  state: ReplicaState;
  /** A change of it alone does not make a new topology. */
  condition: ReplicaCondition;
  /** Why, in words, when it is not `open`. */
  detail: string;
}

/** What became of a partition when a replica was forced in sync. */
export interface ForcedInSync {
  generation: number;
  /** Documents of the replica that is in sync now. */
  documentCount: number;
  /** The most that one of those it replaces last reported; 0 when they did not. */
  documentCountBefore: number;
}

/** The replicas in sync of one partition, compared by their digests. */
export interface PartitionComparison {
  partition: number;
  /** Of 1,024 buckets, those in which not all hold the same. */
  bucketsDiffering: number;
  /** Those that answered; `bucketsDiffering`: in which this one holds something else than most. */
  replicas: { nodeId: string; documentCount: number; bucketsDiffering: number }[];
}
