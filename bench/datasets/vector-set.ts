// Many vectors of one dimension in one flat array: rows are views, nothing is copied, and a worker
// thread can be handed the whole set at once.

export interface VectorSet {
  readonly dimension: number;
  readonly count: number;
  /** Row after row, `count * dimension` elements. */
  readonly values: Float32Array;
}

export function createVectorSet(count: number, dimension: number): VectorSet {
  const bytes = new SharedArrayBuffer(count * dimension * Float32Array.BYTES_PER_ELEMENT);
  return { dimension, count, values: new Float32Array(bytes) };
}

/** A view of one row; writing to it writes to the set. */
export function rowOf(set: VectorSet, row: number): Float32Array {
  return set.values.subarray(row * set.dimension, (row + 1) * set.dimension);
}

/** Scales to unit length in place; returns the norm it had (0: left as it was). */
export function normalizeInPlace(vector: Float32Array): number {
  let sumOfSquares = 0;
  for (const value of vector) sumOfSquares += value * value;
  const norm = Math.sqrt(sumOfSquares);
  if (norm > 0) {
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / norm;
  }
  return norm;
}
