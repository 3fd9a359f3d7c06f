/**
 * The k nearest of any number of offers, nearest first, ties by label: a binary heap whose root is
 * the worst of those kept, so that most offers cost one comparison. Memory is k, not the offers.
 */
import { invariant } from '../../src/base/invariant.js';
import type { Neighbor } from './vector-index.js';

export class TopK {
  readonly #k: number;
  readonly #distances: Float64Array;
  readonly #labels: Float64Array;
  #size = 0;

  constructor(k: number) {
    invariant(Number.isInteger(k) && k >= 1, `top ${k} of anything is nothing`);
    this.#k = k;
    this.#distances = new Float64Array(k);
    this.#labels = new Float64Array(k);
  }

  /** Nothing farther than this is kept: callers may skip such offers. */
  get worstDistance(): number {
    return this.#size < this.#k ? Number.POSITIVE_INFINITY : (this.#distances[0] as number);
  }

  offer(distance: number, label: number): void {
    if (this.#size < this.#k) {
      this.#siftUp(this.#size, distance, label);
      this.#size += 1;
    } else if (!this.#isWorse(distance, label, 0)) {
      this.#siftDown(distance, label);
    }
  }

  /** What was kept, nearest first, and an empty heap. */
  take(): Neighbor[] {
    const found = new Array<Neighbor>(this.#size);
    while (this.#size > 0) {
      const distance = this.#distances[0] as number;
      const label = this.#labels[0] as number;
      this.#size -= 1;
      found[this.#size] = { label, distance };
      const last = this.#size;
      this.#siftDown(this.#distances[last] as number, this.#labels[last] as number);
    }
    return found;
  }

  /** True when the offer is farther than the entry at `index`, or as far with a larger label. */
  #isWorse(distance: number, label: number, index: number): boolean {
    const other = this.#distances[index] as number;
    return distance > other || (distance === other && label > (this.#labels[index] as number));
  }

  #siftUp(from: number, distance: number, label: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isWorse(distance, label, parent)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#distances[index] = distance;
    this.#labels[index] = label;
  }

  /** Puts an entry in the root's place and lets it sink. */
  #siftDown(distance: number, label: number): void {
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      const rightIsWorse =
        right < this.#size &&
        this.#isWorse(this.#distances[right] as number, this.#labels[right] as number, child);
      if (rightIsWorse) child = right;
      if (this.#isWorse(distance, label, child)) break;
      this.#move(child, index);
      index = child;
    }
    this.#distances[index] = distance;
    this.#labels[index] = label;
  }

  #move(from: number, to: number): void {
    this.#distances[to] = this.#distances[from] as number;
    this.#labels[to] = this.#labels[from] as number;
  }
}
