// The exact nearest rows of each query by brute force: what recall is measured against.
//
// Every distance is summed in double precision over the float32 elements, in element order, so the
// answer is the same on every machine; equal distances are ordered by row number. The distances are
// those of `src/base/metric.ts` to the last bit; here each norm is computed once, not once a pair.

import type { Metric } from '../../src/base/metric.js';
import { rowOf, type VectorSet } from './vector-set.js';

export interface NearestRows {
  readonly k: number;
  /** Query after query, `k` row numbers each, nearest first. */
  readonly rows: Uint32Array;
  /** The distances of those rows. */
  readonly distances: Float64Array;
}

/** Answers the queries `from` (included) to `to` (excluded). `k` is at most `base.count`. */
export function findNearestRows(
  base: VectorSet,
  queries: VectorSet,
  metric: Metric,
  k: number,
  from = 0,
  to = queries.count,
): NearestRows {
  const rows = new Uint32Array((to - from) * k);
  const distances = new Float64Array((to - from) * k);
  const baseNorms = metric === 'cosine' ? normsOf(base) : new Float64Array(0);
  for (let query = from; query < to; query++) {
    const start = (query - from) * k;
    const top = { rows: rows.subarray(start, start + k), distances: distances.subarray(start) };
    const vector = Float64Array.from(rowOf(queries, query));
    const distanceTo = distanceFunction(base, baseNorms, vector, metric);
    fillTop(top.rows, top.distances, k, base.count, distanceTo);
  }
  return { k, rows, distances };
}

/** Keeps the best `k` in ascending order; a row enters only when strictly nearer, so ties keep
 *  the smaller row number. */
function fillTop(
  rows: Uint32Array,
  distances: Float64Array,
  k: number,
  rowCount: number,
  distanceTo: (row: number) => number,
): void {
  let filled = 0;
  for (let row = 0; row < rowCount; row++) {
    const distance = distanceTo(row);
    if (filled === k && distance >= (distances[k - 1] as number)) continue;
    let position = filled < k ? filled++ : k - 1;
    while (position > 0 && (distances[position - 1] as number) > distance) {
      distances[position] = distances[position - 1] as number;
      rows[position] = rows[position - 1] as number;
      position--;
    }
    distances[position] = distance;
    rows[position] = row;
  }
}

function distanceFunction(
  base: VectorSet,
  baseNorms: Float64Array,
  query: Float64Array,
  metric: Metric,
): (row: number) => number {
  const { values, dimension } = base;
  if (metric === 'l2') return (row) => squaredDistance(values, row * dimension, query);
  if (metric === 'dot') {
    return (row) => {
      const product = innerProduct(values, row * dimension, query);
      return product === 0 ? 0 : -product;
    };
  }
  const queryNorm = normOf(query, 0, query.length);
  return (row) => {
    const norms = (baseNorms[row] as number) * queryNorm;
    return norms === 0 ? 1 : 1 - innerProduct(values, row * dimension, query) / norms;
  };
}

function innerProduct(values: Float32Array, offset: number, query: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    sum += (values[offset + i] as number) * (query[i] as number);
  }
  return sum;
}

function squaredDistance(values: Float32Array, offset: number, query: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const difference = (values[offset + i] as number) - (query[i] as number);
    sum += difference * difference;
  }
  return sum;
}

function normsOf({ values, count, dimension }: VectorSet): Float64Array {
  const norms = new Float64Array(count);
  for (let row = 0; row < count; row++) norms[row] = normOf(values, row * dimension, dimension);
  return norms;
}

function normOf(values: Float32Array | Float64Array, offset: number, length: number): number {
  let sum = 0;
  for (let i = offset; i < offset + length; i++)
    sum += (values[i] as number) * (values[i] as number);
  return Math.sqrt(sum);
}
