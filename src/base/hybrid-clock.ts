/**
 * The hybrid logical clock that stamps writes. It never goes back: not when the wall clock does, not
 * across a restart (start it from a persisted high-water mark), and not behind a version seen from
 * elsewhere. A remote version too far in the future is refused rather than followed, so that one
 * machine with a broken clock cannot drag all others along.
 */
import type { Clock } from './clock.js';
import { makeVersion, NO_VERSION, type Version, versionWallMs } from './version.js';

const COUNTER_MAX = 0xffff;

export interface HybridClockOptions {
  /** 0..65535; differs between coordinators that share a topology. */
  coordinator: number;
  /** Every version given is above this one. Default: none. */
  startAfter?: Version;
  /** A remote version further ahead of the wall clock than this is refused. Default 60,000. */
  skewMsMax?: number;
}

export class HybridClock {
  readonly #clock: Clock;
  readonly #coordinator: number;
  readonly #skewMsMax: number;
  #last: Version;

  constructor(clock: Clock, options: HybridClockOptions) {
    this.#clock = clock;
    this.#coordinator = options.coordinator;
    this.#skewMsMax = options.skewMsMax ?? 60_000;
    this.#last = options.startAfter ?? NO_VERSION;
  }

  /** The highest version given or followed so far. */
  get last(): Version {
    return this.#last;
  }

  /** A version above every version given or followed before. */
  next(): Version {
    const lastMs = versionWallMs(this.#last);
    const wallMs = this.#clock.wallMs();
    if (wallMs > lastMs) {
      this.#last = makeVersion(wallMs, 0, this.#coordinator);
      return this.#last;
    }
    const counter = Number((this.#last >> 16n) & 0xffffn) + 1;
    this.#last =
      counter > COUNTER_MAX
        ? makeVersion(lastMs + 1, 0, this.#coordinator)
        : makeVersion(lastMs, counter, this.#coordinator);
    return this.#last;
  }

  /** Follows a version seen elsewhere. False, and nothing changes, when it is too far ahead. */
  follow(seen: Version): boolean {
    if (versionWallMs(seen) > this.#clock.wallMs() + this.#skewMsMax) return false;
    if (seen > this.#last) this.#last = seen;
    return true;
  }
}
