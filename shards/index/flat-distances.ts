/**
 * Distances from one query to many rows of a flat buffer, to the last bit as `base/metric.ts` gives
 * them one at a time: each sum runs in index order in double precision. Four rows are summed side by
 * side, since one sum alone waits for its own additions.
 */
import type { Metric } from '../../src/base/metric.js';

/** Rows of equal length, one after another. */
export interface FlatRows {
  dimension: number;
  values: Float32Array;
  /** Euclidean norm of each row; read for cosine only. */
  norms: Float64Array;
}

/** The Euclidean norm of a vector, as cosine distance computes it. */
export function euclideanNorm(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) {
    const x = vector[i] as number;
    sum += x * x;
  }
  return Math.sqrt(sum);
}

/** Writes the distances of rows `from` .. `from + count - 1` to `out[0 .. count - 1]`. */
export function flatDistances(
  metric: Metric,
  query: Float64Array,
  queryNorm: number,
  rows: FlatRows,
  from: number,
  count: number,
  out: Float64Array,
): void {
  const start = from * rows.dimension;
  if (metric === 'l2') {
    squaredDifferences(query, rows.values, start, count, out);
    return;
  }
  products(query, rows.values, start, count, out);
  if (metric === 'dot') {
    for (let row = 0; row < count; row += 1) {
      const product = out[row] as number;
      out[row] = product === 0 ? 0 : -product;
    }
    return;
  }
  for (let row = 0; row < count; row += 1) {
    const norms = queryNorm * (rows.norms[from + row] as number);
    out[row] = norms === 0 ? 1 : 1 - (out[row] as number) / norms;
  }
}

function products(
  query: Float64Array,
  values: Float32Array,
  start: number,
  count: number,
  out: Float64Array,
): void {
  const dimension = query.length;
  let row = 0;
  let a = start;
  for (; row + 4 <= count; row += 4) {
    const b = a + dimension;
    const c = b + dimension;
    const d = c + dimension;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumD = 0;
    for (let i = 0; i < dimension; i += 1) {
      const x = query[i] as number;
      sumA += x * (values[a + i] as number);
      sumB += x * (values[b + i] as number);
      sumC += x * (values[c + i] as number);
      sumD += x * (values[d + i] as number);
    }
    out[row] = sumA;
    out[row + 1] = sumB;
    out[row + 2] = sumC;
    out[row + 3] = sumD;
    a = d + dimension;
  }
  for (; row < count; row += 1) {
    let sum = 0;
    for (let i = 0; i < dimension; i += 1) sum += (query[i] as number) * (values[a + i] as number);
    out[row] = sum;
    a += dimension;
  }
}

function squaredDifferences(
  query: Float64Array,
  values: Float32Array,
  start: number,
  count: number,
  out: Float64Array,
): void {
  const dimension = query.length;
  let row = 0;
  let a = start;
  for (; row + 4 <= count; row += 4) {
    const b = a + dimension;
    const c = b + dimension;
    const d = c + dimension;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumD = 0;
    for (let i = 0; i < dimension; i += 1) {
      const x = query[i] as number;
      const toA = x - (values[a + i] as number);
      const toB = x - (values[b + i] as number);
      const toC = x - (values[c + i] as number);
      const toD = x - (values[d + i] as number);
      sumA += toA * toA;
      sumB += toB * toB;
      sumC += toC * toC;
      sumD += toD * toD;
    }
    out[row] = sumA;
    out[row + 1] = sumB;
    out[row + 2] = sumC;
    out[row + 3] = sumD;
    a = d + dimension;
  }
  for (; row < count; row += 1) {
    let sum = 0;
    for (let i = 0; i < dimension; i += 1) {
      const difference = (query[i] as number) - (values[a + i] as number);
      sum += difference * difference;
    }
    out[row] = sum;
    a += dimension;
  }
}
