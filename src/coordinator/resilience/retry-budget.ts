/**
 * What a coordinator may send beyond the first attempts of its reads: one budget that hedges and
 * reroutes share, a fraction of the reads plus a small reserve per second.
 *
 * A reroute after a failure that cost the cluster nothing (the connection is gone, the replica is not
 * there) replaces work rather than adding to it: it is counted, and granted even when nothing is left;
 * a partition has few replicas, so their number bounds it. The same goes for a hedge of work that lies
 * on a node which is not up any more. What is refused when the budget is spent is what multiplies load:
 * hedges first, which leave a part of the tokens to reroutes, and reroutes of what was turned away or
 * timed out.
 *
 * Source: Finagle's retry budget, https://twitter.github.io/finagle/guide/Clients.html#retries
 */
import { invariant } from '../../base/invariant.js';

export interface RetryBudgetOptions {
  /** Tokens that each read adds, 0..1. Default 0.1. */
  ratio: number;
  /** Tokens that each second adds, however little is read. Default 10. */
  perSecond: number;
  /** Tokens that can be saved up: reads times `ratio` of this long, in milliseconds. Default 10,000. */
  savedMs: number;
}

export const defaultRetryBudgetOptions: RetryBudgetOptions = {
  ratio: 0.1,
  perSecond: 10,
  savedMs: 10_000,
};

export type RetryClass = 'hedge' | 'reroute' | 'replacement';

/** A budget that has so few of its tokens left is kept for reroutes. */
const HEDGE_RESERVE_TOKENS = 2;
/** Fractions add up in binary: ten tenths are a little less than one. */
const ROUNDING = 1e-9;

export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  #tokens: number;
  #refilledAtMs: number;
  /** Tokens that reads put in lately, decaying over `savedMs`: what may be saved up. */
  #recentDeposits = 0;
  /** Times that a retry was refused. */
  exhaustedCount = 0;

  constructor(options: RetryBudgetOptions, nowMs: number) {
    invariant(options.ratio >= 0 && options.ratio <= 1, `bad ratio ${options.ratio}`);
    invariant(options.perSecond >= 0, `bad reserve ${options.perSecond}`);
    invariant(options.savedMs > 0, `bad saving time ${options.savedMs}`);
    this.#options = options;
    this.#tokens = options.perSecond;
    this.#refilledAtMs = nowMs;
  }

  /** Attempts that could be paid for now. */
  tokens(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens;
  }

  /** A read began. */
  deposit(nowMs: number): void {
    this.#refill(nowMs);
    this.#recentDeposits += this.#options.ratio;
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#options.ratio);
  }

  /** True, and paid for, when one more attempt may be made. */
  tryWithdraw(kind: RetryClass, nowMs: number): boolean {
    this.#refill(nowMs);
    const needed = kind === 'hedge' ? 1 + this.#hedgeReserve : 1;
    if (kind !== 'replacement' && this.#tokens < needed - ROUNDING) {
      this.exhaustedCount += 1;
      return false;
    }
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  get #hedgeReserve(): number {
    return Math.min(HEDGE_RESERVE_TOKENS, this.#capacity / 4);
  }

  get #capacity(): number {
    return Math.max(1, this.#options.perSecond + this.#recentDeposits);
  }

  #refill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#refilledAtMs);
    if (passedMs === 0) return;
    this.#refilledAtMs = nowMs;
    this.#recentDeposits *= Math.exp(-passedMs / this.#options.savedMs);
    const gained = (passedMs / 1_000) * this.#options.perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
  }
}
