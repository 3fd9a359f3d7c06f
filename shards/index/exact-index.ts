/**
 * The flat buffer: every search compares with every vector, so answers are exact. It holds what is
 * not in the graph yet, small partitions, and serves tests as the oracle.
 *
 * Rows lie in the order of their labels between `#head` and `#tail` of one growing buffer. A removal
 * marks its row; removing the oldest moves the head, which is what draining into a graph does; the
 * rest is reclaimed when the buffer would have to grow, or when most of it is waste.
 */
import { invariant } from '../../src/base/invariant.js';
import type { Metric } from '../../src/base/metric.js';
import { euclideanNorm, type FlatRows, flatDistances } from './flat-distances.js';
import { lowerBound } from './lower-bound.js';
import { TopK } from './top-k.js';
import type { Neighbor, VectorIndex } from './vector-index.js';

const CAPACITY_MIN = 16;
const BLOCK_ROWS = 256;

export class ExactIndex implements VectorIndex {
  readonly #dimension: number;
  readonly #metric: Metric;
  readonly #query: Float64Array;
  readonly #block = new Float64Array(BLOCK_ROWS);
  #rows: FlatRows;
  #labels = new Float64Array(CAPACITY_MIN);
  #removed = new Uint8Array(CAPACITY_MIN);
  #head = 0;
  #tail = 0;
  #count = 0;
  #lastLabel = 0;

  constructor(dimension: number, metric: Metric) {
    invariant(Number.isInteger(dimension) && dimension >= 1, `dimension ${dimension}`);
    this.#dimension = dimension;
    this.#metric = metric;
    this.#query = new Float64Array(dimension);
    this.#rows = this.#emptyRows(CAPACITY_MIN);
  }

  get count(): number {
    return this.#count;
  }

  get removedCount(): number {
    return this.#tail - this.#head - this.#count;
  }

  /** The smallest label that a search may find; undefined when there is none. */
  get oldestLabel(): number | undefined {
    return this.#count === 0 ? undefined : this.#labels[this.#head];
  }

  add(label: number, vector: Float32Array): void {
    invariant(vector.length === this.#dimension, `${vector.length} elements`);
    invariant(label > this.#lastLabel, `label ${label} does not come after ${this.#lastLabel}`);
    if (this.#tail === this.#labels.length) this.#makeRoom();
    const row = this.#tail;
    this.#rows.values.set(vector, row * this.#dimension);
    if (this.#metric === 'cosine') this.#rows.norms[row] = euclideanNorm(vector);
    this.#labels[row] = label;
    this.#removed[row] = 0;
    this.#lastLabel = label;
    this.#tail += 1;
    this.#count += 1;
  }

  remove(label: number): boolean {
    const row = this.#rowOf(label);
    if (row < 0) return false;
    this.#removed[row] = 1;
    this.#count -= 1;
    if (this.#count === 0) this.#head = this.#tail;
    while (this.#head < this.#tail && this.#removed[this.#head] === 1) this.#head += 1;
    if (this.#count < this.#labels.length / 8) this.#rebuffer();
    return true;
  }

  /** Removes all labels up to this one. */
  removeThrough(label: number): void {
    const end = lowerBound(this.#labels, this.#head, this.#tail, label + 1);
    for (let row = this.#head; row < end; row += 1)
      this.#count -= 1 - (this.#removed[row] as number);
    this.#head = end;
    while (this.#head < this.#tail && this.#removed[this.#head] === 1) this.#head += 1;
    if (this.#count < this.#labels.length / 8) this.#rebuffer();
  }

  has(label: number): boolean {
    return this.#rowOf(label) >= 0;
  }

  /** The vector of a label, as a view that the next change of the index may overwrite. */
  vectorOf(label: number): Float32Array | undefined {
    const row = this.#rowOf(label);
    if (row < 0) return undefined;
    return this.#rows.values.subarray(row * this.#dimension, (row + 1) * this.#dimension);
  }

  search(query: Float32Array, k: number, _ef?: number): Neighbor[] {
    invariant(query.length === this.#dimension, `${query.length} elements`);
    invariant(k >= 1, `top ${k} of anything is nothing`);
    if (this.#count === 0) return [];
    this.#query.set(query);
    const queryNorm = euclideanNorm(query);
    const top = new TopK(Math.min(k, this.#count));
    let worst = top.worstDistance;
    for (let from = this.#head; from < this.#tail; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, this.#tail - from);
      flatDistances(this.#metric, this.#query, queryNorm, this.#rows, from, count, this.#block);
      for (let i = 0; i < count; i += 1) {
        const distance = this.#block[i] as number;
        if (distance > worst || this.#removed[from + i] === 1) continue;
        top.offer(distance, this.#labels[from + i] as number);
        worst = top.worstDistance;
      }
    }
    return top.take();
  }

  /** The row of a label that was not removed, or -1. */
  #rowOf(label: number): number {
    const row = lowerBound(this.#labels, this.#head, this.#tail, label);
    const isFound = row < this.#tail && this.#labels[row] === label && this.#removed[row] === 0;
    return isFound ? row : -1;
  }

  /** At the end of the buffer: reclaims what was removed, and grows unless that freed a third. */
  #makeRoom(): void {
    const capacity = this.#labels.length;
    this.#moveTo(this.#count * 3 <= capacity * 2 ? capacity : Math.ceil(capacity * 1.5));
  }

  /** Gives memory back after most of what the buffer held was removed. */
  #rebuffer(): void {
    const capacity = Math.max(CAPACITY_MIN, this.#count * 2);
    if (capacity < this.#labels.length) this.#moveTo(capacity);
  }

  #moveTo(capacity: number): void {
    const rows = this.#emptyRows(capacity);
    const labels = new Float64Array(capacity);
    let to = 0;
    for (let row = this.#head; row < this.#tail; row += 1) {
      if (this.#removed[row] === 1) continue;
      const start = row * this.#dimension;
      rows.values.set(
        this.#rows.values.subarray(start, start + this.#dimension),
        to * this.#dimension,
      );
      if (this.#metric === 'cosine') rows.norms[to] = this.#rows.norms[row] as number;
      labels[to] = this.#labels[row] as number;
      to += 1;
    }
    this.#rows = rows;
    this.#labels = labels;
    this.#removed = new Uint8Array(capacity);
    this.#head = 0;
    this.#tail = to;
  }

  #emptyRows(capacity: number): FlatRows {
    return {
      dimension: this.#dimension,
      values: new Float32Array(capacity * this.#dimension),
      norms: new Float64Array(this.#metric === 'cosine' ? capacity : 0),
    };
  }
}
