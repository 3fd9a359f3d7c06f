/**
 * What the write path tells whoever counts. Nothing depends on being heard: what must be known of
 * replicas is in the topology. Listeners must be quick: a dead node may mean thousands of calls.
 */
import type { PartStatus } from '../../base/errors.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';

export type { ReplicaRef };

export interface ReplicationListener {
  /** Taken out of the in-sync set, durably, for this cause; it is `recovering` now. */
  onEvicted?(ref: ReplicaRef, cause: PartStatus): void;
  /** A recovering replica that nobody waits for did not take a live write, or perhaps did not. */
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
