/**
 * How many reads one node gets at a time. What a read spends beyond being worked on and the way there
 * and back (in the node's queue, and until this process sees to the answer) is its delay. While even
 * the luckiest read of a short window is delayed for longer than the target, there is a standing queue,
 * and the limit shrinks by the excess, to half at most; while it is below, and the limit is what holds
 * reads back, it grows, the faster the shorter the delay. The luckiest, not the average: bursts pass by
 * themselves.
 *
 * Reads that were sent before the last change say nothing about it and are left out. A limit that
 * nothing presses against stays as it is: latency is then not its doing. Pure.
 *
 * Sources: Cho et al., "Overload Control for us-scale RPCs with Breakwater" (OSDI 2020),
 * https://www.usenix.org/conference/osdi20/presentation/cho (delay target, multiplicative decrease);
 * Nichols and Jacobson, "Controlling Queue Delay" (2012), https://doi.org/10.1145/2208917.2209336
 * (the least delay of a window tells a standing queue from a burst).
 */
import { invariant } from '../../base/invariant.js';

export interface ConcurrencyLimitOptions {
  /** Reads at a time to begin with. Default 64. */
  initial: number;
  /** Never fewer, so that the limit always learns. Default 8. */
  min: number;
  /** Never more. Default 1,024. */
  max: number;
  /**
   * Delay that is accepted, in milliseconds: long enough to keep the node busy, short against what
   * callers wait for. Default 25. Raise it where processes share cores and stop each other.
   */
  delayMsTarget: number;
  /** How often the limit changes, in milliseconds. Default 50. */
  windowMs: number;
  /** Fewer reads than this are not judged by. Default 4. */
  samplesMin: number;
}

export const defaultConcurrencyLimitOptions: ConcurrencyLimitOptions = {
  initial: 64,
  min: 8,
  max: 1_024,
  delayMsTarget: 25,
  windowMs: 50,
  samplesMin: 4,
};

/** A window in which more of the limit was used than this was held back by it. */
const PRESSED_RATIO = 0.8;
/** Growth of one window when there is no delay at all. */
const GROWTH_RATIO = 0.25;
/** Shrinkage per multiple of the target that the delay is over it. */
const SHRINK_RATIO = 0.3;
const SHRINK_FACTOR_MIN = 0.5;

export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  #limit: number;
  #windowEndsAtMs = Number.NEGATIVE_INFINITY;
  /** Reads sent before do not count. */
  #changedAtMs = Number.NEGATIVE_INFINITY;
  #leastDelayMs = Number.POSITIVE_INFINITY;
  #sampleCount = 0;
  #peakInFlight = 0;

  constructor(options: ConcurrencyLimitOptions = defaultConcurrencyLimitOptions) {
    invariant(options.min >= 1 && options.min <= options.max, `bad least limit ${options.min}`);
    invariant(options.delayMsTarget > 0, `bad target ${options.delayMsTarget}`);
    this.#options = options;
    this.#limit = Math.min(options.max, Math.max(options.min, options.initial));
  }

  /** Reads that the node may have at a time. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  /** A read ended that was sent at `sentAtMs`; `inFlight` counts it. */
  ended(sentAtMs: number, delayMs: number, inFlight: number, nowMs: number): void {
    if (inFlight > this.#peakInFlight) this.#peakInFlight = inFlight;
    if (sentAtMs >= this.#changedAtMs) {
      this.#sampleCount += 1;
      if (delayMs < this.#leastDelayMs) this.#leastDelayMs = delayMs;
    }
    if (nowMs < this.#windowEndsAtMs || this.#sampleCount < this.#options.samplesMin) return;
    this.#change(nowMs);
    this.#windowEndsAtMs = nowMs + this.#options.windowMs;
    this.#leastDelayMs = Number.POSITIVE_INFINITY;
    this.#sampleCount = 0;
    this.#peakInFlight = 0;
  }

  /** A fresh connection: what was known of the process before says nothing. */
  reset(): void {
    this.#limit = Math.max(this.#limit, this.#options.initial);
    this.#changedAtMs = Number.NEGATIVE_INFINITY;
    this.#leastDelayMs = Number.POSITIVE_INFINITY;
    this.#sampleCount = 0;
    this.#peakInFlight = 0;
  }

  #change(nowMs: number): void {
    const { min, max, delayMsTarget } = this.#options;
    const excessRatio = this.#leastDelayMs / delayMsTarget - 1;
    if (excessRatio > 0) {
      const used = Math.min(this.#limit, Math.max(min, this.#peakInFlight));
      const factor = Math.max(SHRINK_FACTOR_MIN, 1 - SHRINK_RATIO * excessRatio);
      this.#limit = Math.max(min, used * factor);
      this.#changedAtMs = nowMs;
    } else if (this.#peakInFlight >= this.#limit * PRESSED_RATIO) {
      const growth = Math.max(1, this.#limit * GROWTH_RATIO * -excessRatio);
      this.#limit = Math.min(max, this.#limit + growth);
    }
  }
}
