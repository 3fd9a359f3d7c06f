/**
 * Gives memory back once the node rests. What taking in documents left behind goes by collecting
 * garbage: V8 does so when new objects need its room, and a node that has taken in all its documents
 * and now only answers searches needs hardly any. What native code let go of, in reads as well, goes by
 * a trim (`native-heap.ts`), which is a matter of a millisecond.
 *
 * Searches never wait for it: it comes when nothing has been asked for some seconds, once after each
 * time that something was, and once after the start, in which all rows were read.
 */
import type { Clock, Timer } from '../src/base/clock.js';
import type { LinkRequest } from '../src/wire/link-messages.js';

export const REST_MS = 3000;

export interface RestReclaimerOptions {
  clock: Clock;
  /** Rows that the graphs have yet to take in, however they came. */
  pendingRowCount(): number;
  /** All of it. */
  collectGarbage(): void;
  trimNativeHeap(): void;
}

export class RestReclaimer {
  readonly #options: RestReclaimerOptions;
  /** Since the last time: anything was asked, and rows came in. The start is both. */
  #hasWorked = true;
  #hasTakenIn = true;
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
    this.#hasWorked ||= kind !== 'heartbeat' || this.#hasTakenIn;
    if (this.#hasWorked && !this.#isStopped) this.#timer ??= this.#setTimer(REST_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #setTimer(delayMs: number): Timer {
    return this.#options.clock.setTimer(delayMs, () => {
      const { clock, pendingRowCount } = this.#options;
      const restedMs = clock.nowMs() - this.#askedAtMs;
      const leftMs = pendingRowCount() > 0 ? REST_MS : REST_MS - restedMs;
      this.#timer = leftMs > 0 ? this.#setTimer(leftMs) : undefined;
      if (leftMs <= 0) this.#reclaim();
    });
  }

  #reclaim(): void {
    const { collectGarbage, trimNativeHeap } = this.#options;
    if (this.#hasTakenIn) collectGarbage();
    trimNativeHeap();
    this.#hasTakenIn = false;
    this.#hasWorked = false;
  }
}
