/** What a `WriteRun` is given, and what it says when it is done. */
import type { CollectionId } from '../../base/ids.js';
import type { Consistency } from './replica-set-view.js';
import type { WriteSettlement } from './write-acks-effect.js';
import type { PartitionWrite } from './write-plan.js';

export interface SettledWrite {
  write: PartitionWrite;
  settlement: WriteSettlement;
  /** What the replica that refused it last asked for; 0: nothing. */
  retryAfterMs: number;
}

export interface WriteBatch {
  collectionId: CollectionId;
  writes: readonly PartitionWrite[];
  consistency: Consistency;
  deadlineAtMs: number;
}

export interface WriteRunObserver {
  onSettled(settled: SettledWrite[]): void;
  onFinished(): void;
}
