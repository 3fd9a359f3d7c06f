/**
 * How long ago a shared topology store last confirmed that the topology here is the newest. What is
 * older than the lease may be out of date without anybody being able to tell: searches and writes go
 * on, since nodes refuse what they know better, but answers say so, and so does `/readyz`.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { TopologyStore } from '../topology/topology-store.js';

/** Looks within one lease, so that a single one may fail. */
const LOOKS_PER_LEASE = 5;
const LOOK_MS_MIN = 100;

export class TopologyFreshness {
  readonly #store: TopologyStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #leaseMs: number;
  #heardAtMs: number;
  #wasStale = false;
  #timer: Timer | undefined;
  #isClosed = false;

  /** The topology was loaded from the store just now. `leaseMs`: 0 for no lease. */
  constructor(store: TopologyStore, clock: Clock, logger: Logger, leaseMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#leaseMs = leaseMs;
    this.#heardAtMs = clock.nowMs();
    if (store.isShared && leaseMs > 0) this.#schedule();
  }

  /** Since the store was last heard; 0 where it is this process's own. */
  get ageMs(): number {
    return this.#timer === undefined ? 0 : this.#clock.nowMs() - this.#heardAtMs;
  }

  /** The age, once it is over the lease; 0 before. */
  get staleMs(): number {
    const { ageMs } = this;
    return ageMs > this.#leaseMs ? ageMs : 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    const delayMs = Math.max(LOOK_MS_MIN, this.#leaseMs / LOOKS_PER_LEASE);
    this.#timer = this.#clock.setTimer(delayMs, () => {
      void this.#look().finally(() => {
        if (!this.#isClosed) this.#schedule();
      });
    });
  }

  async #look(): Promise<void> {
    const sentAtMs = this.#clock.nowMs();
    try {
      // What is new reaches whoever watches the store.
      await this.#store.load();
      this.#heardAtMs = sentAtMs;
    } catch (error) {
      this.#logger.debug({ error: String(error) }, 'the topology store was not heard');
    }
    const isStale = this.staleMs > 0;
    if (isStale === this.#wasStale || this.#isClosed) return;
    this.#wasStale = isStale;
    if (isStale) this.#logger.warn({ ageMs: this.ageMs }, 'the topology may be out of date');
    else this.#logger.info({}, 'the topology is confirmed again');
  }
}
