/**
 * Counts replicas that come to a node: each is a copy that somebody made. Every topology is looked at,
 * so one that came and went again counts as well.
 */
import type { AnnulusClient } from '../../src/client/index.js';
import { holdersOf } from './shape.js';

export class ReplicaArrivals {
  readonly #stopped = new AbortController();
  #held: Set<string> | undefined;
  #count = 0;

  constructor(client: AnnulusClient) {
    void this.#watch(client);
  }

  /** Since it was last taken. */
  take(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #watch(client: AnnulusClient): Promise<void> {
    const { signal } = this.#stopped;
    try {
      for await (const topology of client.cluster.watchTopology({ signal })) {
        const held = holdersOf(topology);
        for (const holder of held) if (this.#held?.has(holder) === false) this.#count += 1;
        this.#held = held;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
