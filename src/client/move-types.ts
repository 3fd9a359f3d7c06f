/** Replicas on their way from one node to another, as operators see them. */

/**
 * `lost`: the node that held it has been down for too long. `copies`: there are fewer than there should
 * be. `drain`, `replace`: an operator wants the node empty. `balance`: others carry too much.
 */
export type MoveCause = 'lost' | 'copies' | 'drain' | 'replace' | 'balance' | 'split' | 'unknown';
export type MoveState = 'waiting' | 'copying' | 'in_sync' | 'done' | 'cancelled' | 'unknown';

export interface Move {
  collection: string;
  partition: number;
  /** Empty: it is one more copy. */
  fromNodeId: string;
  /** Empty: no other copy is made for it, or can be; `waitReason` says why. */
  toNodeId: string;
  cause: MoveCause;
  state: MoveState;
  /**
   * While it waits, or is under way and cannot go on: `paused`, `target_down`, `target_full` (its
   * disk), `no_source` (no copy can be reached), `redundancy_first` (other copies must be in sync
   * before), `no_node` (too few nodes would be left for the copies) or `slots` (others go first).
   * Empty: nothing is waited for.
   */
  waitReason: string;
  /** 0..1. */
  progressRatio: number;
  documentsTotal: number;
  bytesMoved: number;
  /** Estimated. */
  bytesTotal: number;
  bytesPerSecond: number;
  /** Absent while nothing is known. */
  etaSeconds?: number;
}

export interface Moves {
  moves: Move[];
  isPaused: boolean;
  /** Replicas of the fullest node over its share: 1 is even. */
  imbalanceRatio: number;
}

/** Changes that are only thought of. */
export interface MovePlanInput {
  add?: readonly { nodeId: string; address: string; zone?: string; weight?: number }[];
  /** Node ids. */
  drain?: readonly string[];
  remove?: readonly string[];
  update?: readonly NodeUpdate[];
  replication?: readonly ReplicationInput[];
}

export interface NodeUpdate {
  nodeId: string;
  /** 0.01..100. Absent: unchanged. */
  weight?: number | undefined;
  /** 1..63 bytes. Absent: unchanged. */
  zone?: string | undefined;
}

export interface ReplicationInput {
  collection: string;
  /** 1..16, and no more than there are nodes. */
  replicationFactor: number;
  /** Default: one less than `replicationFactor`, at least 1. */
  minInSync?: number | undefined;
}

export interface MovePlan {
  moves: Move[];
  bytesTotal: number;
  estimatedSeconds: number;
  /** Replicas of the fullest node over its share, now and afterwards. */
  imbalanceRatio: number;
  imbalanceRatioAfter: number;
  /** Partitions that would have fewer copies than they should, for want of nodes. */
  partitionsShort: number;
}
