/**
 * Keeps the clock's high-water mark on stable storage, ahead of every version given, so that a
 * restarted coordinator never stamps below one that it stamped before, whatever its wall clock says.
 * The mark is written a span ahead and renewed long before it is reached, so no write waits for it.
 */
import type { Clock, Timer } from '../base/clock.js';
import type { HybridClock } from '../base/hybrid-clock.js';
import type { Logger } from '../base/logger.js';
import { makeVersion, type Version, versionWallMs } from '../base/version.js';

/** How far ahead of the wall clock the mark is written. */
const SPAN_MS = 10_000;
/**
 * How far ahead of versions given or followed, when those are ahead of the wall clock: after a restart
 * they are at the old mark, and restarts in a row, of whichever coordinator, must not carry it away.
 */
const LEAD_MS = 1_000;
const RENEW_INTERVAL_MS = 2_500;

export interface ClockMarkStore {
  saveClockMark(mark: Version): Promise<void>;
}

export class ClockMark {
  readonly #store: ClockMarkStore;
  readonly #hybridClock: HybridClock;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(store: ClockMarkStore, hybridClock: HybridClock, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#hybridClock = hybridClock;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Resolves when the first mark is on stable storage; no version may be given before. */
  async start(): Promise<void> {
    await this.#save();
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #save(): Promise<void> {
    const givenMs = versionWallMs(this.#hybridClock.last);
    const markMs = Math.max(this.#clock.wallMs() + SPAN_MS, givenMs + LEAD_MS);
    await this.#store.saveClockMark(makeVersion(markMs, 0, 0));
    // A wall clock that jumps past the mark is not believed before the next one is stored.
    this.#hybridClock.ceilingMs = markMs - 1;
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(RENEW_INTERVAL_MS, () => {
      this.#save()
        .catch((error: unknown) => {
          this.#logger.error({ error: String(error) }, 'clock mark not saved');
        })
        .finally(() => {
          if (!this.#isStopped) this.#schedule();
        });
    });
  }
}
