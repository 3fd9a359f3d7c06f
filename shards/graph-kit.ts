/**
 * Port: where a partition's graph comes from and where it is kept. The graph is derived from the rows
 * and may be lost at any time; a graph that is loaded may lack rows after its `lastSeq`, and still
 * have rows that were removed since. One operation at a time: the caller sees to that.
 * Adapters: `hnsw-graph-kit.ts`, and `exact-graph-kit.ts`, which has no files.
 */
import type { GraphOffer } from '../src/wire/recovery-messages.js';
import type { VectorIndex } from './index/vector-index.js';

export interface Graph extends VectorIndex {
  /** True while it is being saved: nothing may be added. */
  readonly isFrozen: boolean;
  /** Labels that a search may find, in ascending order. */
  labels(): IterableIterator<number>;
  /** True while it has vectors of another replica's graph that wait for their rows. */
  readonly hasReserve: boolean;
  /** No more rows come for them: those without any count as removed. */
  dropReserve(): void;
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

/** A saved graph of this replica, open to be copied by another one, also once it was replaced. */
export interface SavedGraph extends GraphOffer {
  /** Up to `lengthMax` bytes; none at the end. Rejects when the file cannot be read. */
  read(offset: number, lengthMax: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Another replica's graph on its way here, in a file that outlives the process. Rejections mean that it
 * cannot be kept here.
 */
export interface GraphInbox {
  /** The bytes so far: where to go on. */
  readonly receivedBytes: number;
  append(bytes: Uint8Array): Promise<void>;
  /**
   * Verifies and loads it, as a graph without labels: adding a row whose vector it has costs next to
   * nothing. Rows have other sequence numbers here than there, so it is the vectors that fit them.
   */
  finish(): Promise<GraphLoad>;
  /** Lets go of the file, and keeps it. */
  close(): Promise<void>;
  /** Removes what was received. */
  discard(): Promise<void>;
}

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
  /** The saved graph as bytes; undefined when there is none, or none that can be read. */
  openSaved(): Promise<SavedGraph | undefined>;
  /** Goes on where receiving the same graph was interrupted. Of another one nothing is left. */
  receive(offer: GraphOffer): Promise<GraphInbox>;
}
