/**
 * How long to wait before the next attempt to connect: from `delayMsMin`, `factor` times longer after
 * each failure, up to `delayMsMax`; each shortened by up to a quarter at random, so that the
 * coordinators of a node that comes back do not all knock in the same instant.
 */
import type { Random } from '../../base/random.js';

export interface BackoffOptions {
  delayMsMin: number;
  delayMsMax: number;
  factor: number;
}

export const defaultBackoff: Readonly<BackoffOptions> = {
  delayMsMin: 100,
  delayMsMax: 2000,
  factor: 1.6,
};

const JITTER_RATIO = 0.25;

export class ReconnectBackoff {
  readonly #random: Random;
  readonly #options: BackoffOptions;
  #nextMs: number;

  constructor(random: Random, options: BackoffOptions = defaultBackoff) {
    this.#random = random;
    this.#options = options;
    this.#nextMs = options.delayMsMin;
  }

  /** The delay before the next attempt; each is longer than the one before. */
  next(): number {
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(this.#options.delayMsMax, delayMs * this.#options.factor);
    return delayMs * (1 - JITTER_RATIO * this.#random.next());
  }

  /** A connection held: begin from the shortest delay again. */
  reset(): void {
    this.#nextMs = this.#options.delayMsMin;
  }
}
