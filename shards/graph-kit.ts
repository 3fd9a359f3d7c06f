/**
 * Port: where a partition's graph comes from and where it is kept. The graph is derived from the rows
 * and may be lost at any time; a graph that is loaded may lack rows after its `lastSeq`, and still
 * have rows that were removed since. One operation at a time: the caller sees to that.
 * Adapters: `hnsw-graph-kit.ts`, and `exact-graph-kit.ts`, which has no files.
 */
import type { VectorIndex } from './index/vector-index.js';

export interface Graph extends VectorIndex {
  /** True while it is being saved: nothing may be added. */
  readonly isFrozen: boolean;
  /** Labels that a search may find, in ascending order. */
  labels(): IterableIterator<number>;
}

/** A row as a graph sees it. */
export interface LabeledVector {
  seq: number;
  vector: Float32Array;
}

export type GraphLoad =
  | { status: 'loaded'; graph: Graph; lastSeq: number }
  | { status: 'absent' }
  | { status: 'damaged' | 'mismatch'; detail: string };

export type GraphSave = { status: 'saved' } | { status: 'failed'; detail: string };

export type GraphBuild =
  | { status: 'built'; graph: Graph }
  | { status: 'cancelled' }
  /** `cause`: what reading the rows threw, if that is what failed. */
  | { status: 'failed'; detail: string; cause?: unknown };

export interface GraphKit {
  /** An empty graph. */
  create(): Graph;
  /** Loads the saved graph, if there is a usable one. */
  load(): Promise<GraphLoad>;
  /**
   * Saves in the place of the one before, which is there until the new one is whole. The graph holds
   * the rows up to `lastSeq`; rows added before it is frozen may be saved too, and then are counted.
   */
  save(graph: Graph, lastSeq: number): Promise<GraphSave>;
  /**
   * Builds and saves a graph without holding up the event loop. `rows` come in ascending order of
   * `seq`, about `rowCount` of them; the graph holds those up to `lastSeq`.
   */
  build(
    rows: Iterable<LabeledVector>,
    rowCount: number,
    lastSeq: number,
    signal: AbortSignal,
  ): Promise<GraphBuild>;
}
