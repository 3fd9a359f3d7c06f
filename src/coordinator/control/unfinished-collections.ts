/**
 * Takes out collections whose making came to no end, because the coordinator that was making them is
 * gone. That cannot be seen directly: the controller drops what it has seen unfinished for longer than
 * any making takes. Nobody was told that such a collection exists.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { CollectionId } from '../../base/ids.js';
import type { CollectionEntry, Topology } from '../topology/topology.js';

export interface UnfinishedCollectionsParts {
  topology: { readonly current: Topology };
  drop(collection: CollectionEntry): Promise<void>;
  isController(): boolean;
  clock: Clock;
}

const LOOK_MS = 5_000;
const PATIENCE_MS = 60_000;

export class UnfinishedCollections {
  readonly #parts: UnfinishedCollectionsParts;
  readonly #seenAtMs = new Map<CollectionId, number>();
  #timer: Timer | undefined;

  constructor(parts: UnfinishedCollectionsParts) {
    this.#parts = parts;
    this.#schedule();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.#parts.clock.setTimer(LOOK_MS, () => {
      this.#look();
      this.#schedule();
    });
  }

  #look(): void {
    const { topology, clock, isController, drop } = this.#parts;
    const unfinished = [...topology.current.collections.values()].filter(
      ({ state }) => state === 'creating',
    );
    const ids = new Set(unfinished.map(({ id }) => id));
    for (const id of this.#seenAtMs.keys()) if (!ids.has(id)) this.#seenAtMs.delete(id);
    for (const collection of unfinished) {
      const seenAtMs = this.#seenAtMs.get(collection.id) ?? clock.nowMs();
      this.#seenAtMs.set(collection.id, seenAtMs);
      if (!isController() || clock.nowMs() - seenAtMs < PATIENCE_MS) continue;
      // Tried again with the next look.
      drop(collection).catch(() => undefined);
    }
  }
}
