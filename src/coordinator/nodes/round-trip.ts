/**
 * How long the way to a node and back takes at least: the shortest of its last heartbeats, which wait in
 * none of its queues. What a read is delayed beyond that is the doing of load.
 */
const KEPT = 16;

export class RoundTrip {
  readonly #lastMs: number[] = [];
  #leastMs = 0;

  /** 0 as long as nothing is known. */
  get leastMs(): number {
    return this.#leastMs;
  }

  answered(tookMs: number): void {
    this.#lastMs.push(tookMs);
    if (this.#lastMs.length > KEPT) this.#lastMs.shift();
    this.#leastMs = Math.min(...this.#lastMs);
  }

  /** A fresh connection may go another way. */
  reset(): void {
    this.#lastMs.length = 0;
    this.#leastMs = 0;
  }
}
