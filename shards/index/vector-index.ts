/**
 * Port: a set of vectors that can be searched. Adapters: `hnsw-index.ts` (approximate) and
 * `exact-index.ts` (the flat buffer, small partitions, and the oracle of tests).
 *
 * Labels are the store's sequence numbers: whole, 1..2^53, each used once. Vectors have the index's
 * dimension and only finite elements; callers see to both, since the native code would not.
 */
export interface Neighbor {
  label: number;
  /** As in `base/metric.ts`, in the precision of the index: good for choosing, not for answering. */
  distance: number;
}

export interface VectorIndex {
  /** Vectors that a search may find. */
  readonly count: number;
  /** Vectors that were removed and still take up room. */
  readonly removedCount: number;
  /** Labels must be added in ascending order. */
  add(label: number, vector: Float32Array): void;
  /** False when the label is not there, or was removed before. */
  remove(label: number): boolean;
  has(label: number): boolean;
  /**
   * The `k` nearest, nearest first, ties by label; fewer when there are fewer. `ef` (at least `k`) is
   * how many candidates an approximate index examines; an exact one ignores it.
   */
  search(query: Float32Array, k: number, ef: number): Neighbor[];
}
