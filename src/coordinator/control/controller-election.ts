/**
 * Asks the topology store for the controller's seat, a few times in each term, and keeps it as long
 * as the store answers. Whoever does the controller's work asks `isController` before each step: no
 * message tells of the end of a term, which comes by itself. A step that was begun in the last moment
 * is a change of the topology like any other, and fails if a later controller has changed what it was
 * decided on.
 */
import { type Clock, delay, type Timer } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { ControllerSeat, TopologyStore } from '../topology/topology-store.js';
import { ControllerLease, type ControllerLeaseOptions } from './controller-lease.js';

/** How long a stop waits for the seat to be given back; without that, its term ends by itself. */
const RELEASE_MS_MAX = 1_000;

export class ControllerElection {
  readonly #store: TopologyStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: ControllerLeaseOptions;
  readonly #lease: ControllerLease;
  #seat: ControllerSeat | undefined;
  #wasController = false;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(store: TopologyStore, clock: Clock, logger: Logger, options: ControllerLeaseOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#options = options;
    this.#lease = new ControllerLease(options);
  }

  /** At this moment. Where the store is not shared there is no other coordinator. */
  get isController(): boolean {
    if (this.#isClosed) return false;
    return !this.#store.isShared || this.#lease.isHeld(this.#clock.nowMs());
  }

  /** Resolves when the store has answered once, or did not; it goes on by itself. */
  async start(): Promise<void> {
    if (!this.#store.isShared) return;
    await this.#step();
    this.#schedule();
  }

  /** Gives the seat back, so that another coordinator need not wait for the end of the term. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    const seat = this.#seat;
    this.#seat = undefined;
    this.#lease.ended();
    const released = seat?.release().catch(() => undefined);
    if (released !== undefined) await Promise.race([released, delay(this.#clock, RELEASE_MS_MAX)]);
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = this.#clock.setTimer(this.#lease.stepMs, () => {
      void this.#step().finally(() => this.#schedule());
    });
  }

  async #step(): Promise<void> {
    const sentAtMs = this.#clock.nowMs();
    try {
      if (this.#seat === undefined) await this.#ask(sentAtMs);
      else if (await this.#seat.renew()) this.#lease.granted(sentAtMs);
      else {
        this.#seat = undefined;
        this.#lease.ended();
      }
    } catch (error) {
      // The term goes on to its end, and may yet be renewed.
      this.#logger.debug({ error: String(error) }, 'the controller seat could not be asked for');
    }
    this.#tell();
  }

  async #ask(sentAtMs: number): Promise<void> {
    const seat = await this.#store.takeController(this.#options.ttlMs);
    if (seat === undefined) return;
    if (this.#isClosed) {
      await seat.release().catch(() => undefined);
      return;
    }
    this.#seat = seat;
    this.#lease.granted(sentAtMs);
  }

  #tell(): void {
    const { isController } = this;
    if (isController === this.#wasController) return;
    this.#wasController = isController;
    const said = isController ? 'this coordinator is the controller' : 'no longer the controller';
    this.#logger.info({}, said);
  }
}
