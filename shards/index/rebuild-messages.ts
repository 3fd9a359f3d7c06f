/** What the graph builder and its worker thread say to each other. */
import type { NativeSpace } from './graph-space.js';

export interface RebuildSetup {
  space: NativeSpace;
  dimension: number;
  m: number;
  efConstruction: number;
  levelSeed: number;
  /** Vectors to make room for at first. */
  capacity: number;
  /** Shared: 1 in its only element says that the build is over. */
  stopFlag: Int32Array;
}

/**
 * `block`: vectors, as hnswlib is to have them, for the next slots. `write`: no more will come.
 * `stop`: wakes the worker to see the stop flag.
 */
export type RebuildRequest =
  | { kind: 'block'; vectors: Float32Array; count: number }
  | { kind: 'write'; path: string }
  | { kind: 'stop' };

/** One `added` per block, which may then be replaced by another; one `written`. */
export type RebuildReply = { kind: 'added' } | { kind: 'written'; count: number };
