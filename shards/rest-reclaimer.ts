/**
 * Gives back what taking in documents left behind, once the node rests: garbage is collected when new
 * objects need its room, and a node that has taken in all its documents and now only answers searches
 * needs hardly any. Searches never wait for it: it comes when nothing has been asked for some seconds,
 * once after each time that rows were written.
 */
import type { Clock, Timer } from '../src/base/clock.js';
import type { LinkRequest } from '../src/wire/link-messages.js';

export const REST_MS = 3000;

export interface RestReclaimerOptions {
  clock: Clock;
  /** Rows that the graphs have yet to take in, however they came. */
  pendingRowCount(): number;
  /** Collects garbage. */
  reclaim(): void;
}

export class RestReclaimer {
  readonly #options: RestReclaimerOptions;
  #hasTakenIn = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: RestReclaimerOptions) {
    this.#options = options;
  }

  /** Must hear of every request that the node was sent; heartbeats are no work, but a time to look. */
  onCall(kind: LinkRequest['kind']): void {
    const { clock, pendingRowCount } = this.#options;
    if (kind !== 'heartbeat') this.#askedAtMs = clock.nowMs();
    this.#hasTakenIn ||= kind === 'write' || (kind === 'heartbeat' && pendingRowCount() > 0);
    if (this.#hasTakenIn && !this.#isStopped) this.#timer ??= this.#setTimer(REST_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #setTimer(delayMs: number): Timer {
    return this.#options.clock.setTimer(delayMs, () => {
      const { clock, pendingRowCount, reclaim } = this.#options;
      const restedMs = clock.nowMs() - this.#askedAtMs;
      const leftMs = pendingRowCount() > 0 ? REST_MS : REST_MS - restedMs;
      this.#timer = leftMs > 0 ? this.#setTimer(leftMs) : undefined;
      if (leftMs > 0) return;
      this.#hasTakenIn = false;
      reclaim();
    });
  }
}
