/**
 * How many retries may be added to the requests that were made anyway, so that trouble is not
 * answered with a multiple of the load. A bucket of tokens: every request puts in a fraction of one,
 * time puts in a few so that a quiet caller can retry at all, and every retry takes one out.
 * The idea is that of Finagle, https://twitter.github.io/finagle/guide/Clients.html#retries
 */
import { invariant } from './invariant.js';

export interface RetryBudgetOptions {
  /** Retries allowed per request, 0..1. */
  ratio: number;
  /** Retries allowed per second however few requests there are, at least 0. */
  perSecondMin: number;
}

/** Neither requests nor idle time can be saved up beyond this many seconds' worth of the minimum. */
const SAVED_SECONDS_MAX = 10;
const TOKENS_MIN_CAPACITY = 10;

export class RetryBudget {
  readonly #ratio: number;
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #refilledAtMs: number;

  constructor(options: RetryBudgetOptions, nowMs: number) {
    invariant(options.ratio >= 0 && options.ratio <= 1, `bad ratio ${options.ratio}`);
    invariant(options.perSecondMin >= 0, `bad minimum ${options.perSecondMin}`);
    this.#ratio = options.ratio;
    this.#perMs = options.perSecondMin / 1000;
    this.#capacity = Math.max(TOKENS_MIN_CAPACITY, options.perSecondMin * SAVED_SECONDS_MAX);
    this.#tokens = options.perSecondMin;
    this.#refilledAtMs = nowMs;
  }

  /** A request was made that is no retry. */
  deposit(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#ratio);
  }

  /** True, and paid for, when one more retry may be made. */
  tryWithdraw(nowMs: number): boolean {
    const refill = Math.max(0, nowMs - this.#refilledAtMs) * this.#perMs;
    this.#refilledAtMs = Math.max(nowMs, this.#refilledAtMs);
    this.#tokens = Math.min(this.#capacity, this.#tokens + refill);
    // Fractions add up in binary: ten tenths are a little less than one.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }
}
