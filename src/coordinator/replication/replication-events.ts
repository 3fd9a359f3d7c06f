/**
 * What the write path tells whoever looks after replicas. A replica that leaves the in-sync set has to
 * be recovered; one that is being recovered and misses a live write has to start over, since what was
 * copied to it no longer adds up.
 *
 * Of a missed write listeners hear before that write is acknowledged; of an eviction as soon as it is
 * durable. They must be quick: a dead node may mean thousands of calls.
 */
import type { PartStatus } from '../../base/errors.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';

export type { ReplicaRef };

export interface ReplicationListener {
  /** Taken out of the in-sync set, durably, for this cause; it is `recovering` now. */
  onEvicted?(ref: ReplicaRef, cause: PartStatus): void;
  /** A `recovering` replica did not take a live write, or perhaps did not. */
  onRecoveringMissedWrite?(ref: ReplicaRef): void;
  /** So many operations lost against versions from before they began, and are stamped again. */
  onRestamped?(opCount: number): void;
  /** A version was too far in the future to be followed. */
  onVersionRefused?(): void;
}

export class ReplicationEvents {
  readonly #listeners = new Set<ReplicationListener>();

  /** The result takes the listener off again. */
  subscribe(listener: ReplicationListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  evicted(ref: ReplicaRef, cause: PartStatus): void {
    for (const listener of this.#listeners) listener.onEvicted?.(ref, cause);
  }

  recoveringMissedWrite(ref: ReplicaRef): void {
    for (const listener of this.#listeners) listener.onRecoveringMissedWrite?.(ref);
  }

  restamped(opCount: number): void {
    for (const listener of this.#listeners) listener.onRestamped?.(opCount);
  }

  versionRefused(): void {
    for (const listener of this.#listeners) listener.onVersionRefused?.();
  }
}

/**
 * Port: puts a recovered replica in sync. Copying alone does not make it safe: a live write may be
 * acknowledged while its copy to the replica is still under way, and be lost there after the replica
 * began to answer reads. So from the call on new writes wait for this replica too, writes sent to it
 * before are seen to their end, and only then, if it missed none, does it enter the in-sync set.
 */
export interface ReplicaPromotion {
  /**
   * To be called once the replica's contents were found equal to its source's, having missed no live
   * write since its recovery began. `missed_write`: start over. `refused`: no such replica any more.
   * Rejects with the topology store's error.
   */
  promote(ref: ReplicaRef): Promise<'in_sync' | 'missed_write' | 'refused'>;
}
