/**
 * The hybrid logical clock that stamps writes. It never goes back: not when the wall clock does, not
 * across a restart (start it from a persisted high-water mark), and not behind a version seen from
 * elsewhere. A remote version too far in the future is refused rather than followed, so that one
 * machine with a broken clock cannot drag all others along; a document that has such a version can
 * still be written again ({@link HybridClock.nextAbove}).
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
  /** The highest version given that was too far ahead to be followed ... */
  #lastAhead: Version = NO_VERSION;
  /** ... and when the lowest such begins: from there on, all are taken for given. */
  #aheadFromMs = Number.POSITIVE_INFINITY;
  #ceilingMs = Number.POSITIVE_INFINITY;

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

  /**
   * From now on a wall clock that is ahead of this instant is not believed: what is given then counts
   * on from what was given before, so that no version passes a mark that is not yet stored.
   */
  set ceilingMs(instantMs: number) {
    this.#ceilingMs = instantMs;
  }

  /** A version above every version given or followed before. */
  next(): Version {
    const wallMs = Math.min(this.#clock.wallMs(), this.#ceilingMs);
    if (Math.max(wallMs, versionWallMs(this.#last)) >= this.#aheadFromMs) this.#joinAhead();
    this.#last =
      wallMs > versionWallMs(this.#last)
        ? makeVersion(wallMs, 0, this.#coordinator)
        : this.#successor(this.#last);
    return this.#last;
  }

  /**
   * A version above `seen`, and above every other that was given. When `seen` is too far ahead to be
   * followed, so is the answer, and the clock stays where it is: one document is brought back under
   * control, all others keep their time.
   */
  nextAbove(seen: Version): Version {
    if (seen <= this.#last || this.follow(seen)) return this.next();
    this.#aheadFromMs = Math.min(this.#aheadFromMs, versionWallMs(seen));
    this.#lastAhead = this.#successor(seen > this.#lastAhead ? seen : this.#lastAhead);
    return this.#lastAhead;
  }

  /** Follows a version seen elsewhere. False, and nothing changes, when it is too far ahead. */
  follow(seen: Version): boolean {
    if (versionWallMs(seen) > this.#clock.wallMs() + this.#skewMsMax) return false;
    if (seen > this.#last) this.#last = seen;
    return true;
  }

  /** Time has come to where versions were given ahead of it: go on from the last of them. */
  #joinAhead(): void {
    if (this.#lastAhead > this.#last) this.#last = this.#lastAhead;
    this.#aheadFromMs = Number.POSITIVE_INFINITY;
  }

  #successor(version: Version): Version {
    const counter = Number((version >> 16n) & 0xffffn) + 1;
    const wallMs = versionWallMs(version);
    return counter > COUNTER_MAX
      ? makeVersion(wallMs + 1, 0, this.#coordinator)
      : makeVersion(wallMs, counter, this.#coordinator);
  }
}
