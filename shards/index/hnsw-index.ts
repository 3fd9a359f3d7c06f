/**
 * The graph: hnswlib behind the port. Its labels, which are only 32 bits wide, number the nodes; a
 * table says which of our labels are at each node. Source: Malkov and Yashunin,
 * https://arxiv.org/abs/1603.09320
 *
 * - A node whose labels were all removed is dead: it stays as a way to others, answers skip it, and an
 *   equal vector revives it.
 * - Nodes can become unreachable. hnswlib gives fewer than asked for only after walking everything it
 *   can reach, so whatever is then missing is exactly what cannot be reached, and is compared one by
 *   one, at most {@link UNREACHABLE_SCAN_MAX} nodes.
 * - While the graph is being written to its file (`isFrozen`) the native code is only read: nothing
 *   may be added, and removals take effect at once here and in the native code afterwards.
 */
import hnswlib from 'hnswlib-node';
import { hash64Bytes } from '../../src/base/hash64.js';
import { invariant } from '../../src/base/invariant.js';
import { distanceFunctions } from '../../src/base/metric.js';
import { distanceOfNative, type GraphSpec, nativeSpace, writeNativeVector } from './graph-space.js';
import { GraphTable, type GraphTableContents } from './graph-table.js';
import type { Neighbor, VectorIndex } from './vector-index.js';

export type NativeGraph = InstanceType<typeof hnswlib.HierarchicalNSW>;

const CAPACITY_MIN = 1024;
const CAPACITY_GROWTH = 1.5;
/** Nodes that one search compares beyond what the graph reaches, a few microseconds each. */
const UNREACHABLE_SCAN_MAX = 10_000;
/** hnswlib draws the layer of each vector from its own generator; the same seed, the same graph. */
export const LEVEL_SEED = 100;

export class HnswIndex implements VectorIndex {
  readonly spec: GraphSpec;
  readonly #native: NativeGraph;
  readonly #table: GraphTable;
  /** The vector of the call under way, as hnswlib is to have it, and the array it reads that from. */
  readonly #vector: Float32Array<ArrayBuffer>;
  readonly #input: number[];
  /** Nodes that died while frozen. */
  #diedWhileFrozen: number[] = [];
  #isFrozen = false;
  #ef = 0;
  /** Dead nodes that are not removed vectors: they wait for labels. */
  #reserveCount = 0;

  /** An empty index with room for `capacity` vectors; it grows by half whenever it is full. */
  static create(spec: GraphSpec, capacity = CAPACITY_MIN): HnswIndex {
    const native = newNativeGraph(spec);
    native.initIndex(Math.max(capacity, 1), spec.m, spec.efConstruction, LEVEL_SEED);
    return new HnswIndex(spec, native, new GraphTable());
  }

  /** Takes over a native graph whose nodes, and which of them are deleted, are those of the table. */
  static adopt(spec: GraphSpec, native: NativeGraph, contents: GraphTableContents): HnswIndex {
    const table = new GraphTable(contents);
    invariant(native.getCurrentCount() === table.nodeCount, 'graph and its table differ in length');
    return new HnswIndex(spec, native, table);
  }

  /**
   * Takes over another replica's graph, all of whose nodes are deleted in it: each is there for the
   * first label that is added with its vector.
   */
  static adoptAsReserve(
    spec: GraphSpec,
    native: NativeGraph,
    hashes: BigUint64Array<ArrayBuffer>,
  ): HnswIndex {
    const contents = { labels: new Float64Array(0), nodes: new Uint32Array(0), hashes };
    const index = HnswIndex.adopt(spec, native, contents);
    index.#reserveCount = hashes.length;
    return index;
  }

  private constructor(spec: GraphSpec, native: NativeGraph, table: GraphTable) {
    this.spec = spec;
    this.#native = native;
    this.#table = table;
    this.#vector = new Float32Array(spec.dimension);
    this.#input = new Array<number>(spec.dimension).fill(0);
  }

  get count(): number {
    return this.#table.count;
  }

  get removedCount(): number {
    return Math.max(0, this.#table.deadNodeCount - this.#reserveCount);
  }

  get hasReserve(): boolean {
    return this.#reserveCount > 0;
  }

  dropReserve(): void {
    this.#reserveCount = 0;
  }

  /** True while the graph is being written to its file: nothing may be added. */
  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  add(label: number, vector: Float32Array): void {
    invariant(!this.#isFrozen, 'a graph that is being written cannot take vectors');
    this.#setInput(vector);
    const hash = hash64Bytes(new Uint8Array(this.#vector.buffer));
    let node = this.#table.nodeOf(hash);
    if (node < 0) {
      node = this.#table.nodeCount;
      this.#reserve(node + 1);
      this.#native.addPoint(this.#input, node);
      this.#table.addNode(hash);
    } else if (this.#table.isDead(node)) {
      this.#native.unmarkDelete(node);
      if (this.#reserveCount > 0) this.#reserveCount -= 1;
    }
    this.#table.append(label, node);
  }

  remove(label: number): boolean {
    const outcome = this.#table.remove(label);
    if (outcome.status === 'died') {
      if (this.#isFrozen) this.#diedWhileFrozen.push(outcome.node);
      else this.#native.markDelete(outcome.node);
    }
    return outcome.status !== 'absent';
  }

  has(label: number): boolean {
    return this.#table.has(label);
  }

  /** Labels that a search may find, in ascending order: to compare with the rows of the store. */
  labels(): IterableIterator<number> {
    return this.#table.labels();
  }

  search(query: Float32Array, k: number, ef: number): Neighbor[] {
    invariant(k >= 1, `top ${k} of anything is nothing`);
    const wanted = Math.min(k, this.#table.nodeCount - this.#table.deadNodeCount);
    this.#setInput(query);
    if (wanted === 0) return [];
    let found = this.#searchNative(wanted, Math.max(ef, wanted));
    const hidden = this.#diedWhileFrozen.length;
    if (found.length < wanted && hidden > 0) {
      found = this.#searchNative(wanted + hidden, Math.max(ef, wanted + hidden));
    }
    if (found.length < wanted) this.#addUnreachable(found, query);
    return this.#neighborsAt(found, k);
  }

  /**
   * Writes hnswlib's file, in place and without a sync, on a thread of its own. Resolves to the table
   * that belongs to it. The native code reports no failed writes: check what was written.
   */
  async writeNative(path: string): Promise<GraphTableContents> {
    invariant(!this.#isFrozen, 'the graph is being written already');
    const contents = this.#table.snapshot();
    this.#isFrozen = true;
    try {
      await this.#native.writeIndex(path);
    } finally {
      this.#isFrozen = false;
      for (const node of this.#diedWhileFrozen) this.#native.markDelete(node);
      this.#diedWhileFrozen = [];
    }
    return contents;
  }

  #setInput(vector: Float32Array): void {
    // Elements that are missing or no numbers would end the process inside the native code.
    invariant(vector.length === this.spec.dimension, `${vector.length} elements`);
    writeNativeVector(this.spec.metric, vector, this.#vector);
    for (let i = 0; i < vector.length; i += 1) this.#input[i] = this.#vector[i] as number;
  }

  #reserve(nodeCount: number): void {
    const capacity = this.#native.getMaxElements();
    if (nodeCount <= capacity) return;
    this.#native.resizeIndex(Math.max(CAPACITY_MIN, Math.ceil(capacity * CAPACITY_GROWTH)));
  }

  #searchNative(k: number, ef: number): FoundNode[] {
    if (ef !== this.#ef) {
      this.#native.setEf(ef);
      this.#ef = ef;
    }
    const { neighbors, distances } = this.#native.searchKnn(this.#input, k);
    const found: FoundNode[] = [];
    for (let i = 0; i < neighbors.length; i += 1) {
      const node = neighbors[i] as number;
      // The native code does not know yet what died while it was frozen.
      if (this.#table.isDead(node)) continue;
      found.push({ node, distance: distanceOfNative(this.spec.metric, distances[i] as number) });
    }
    return found;
  }

  /** Adds what the graph does not reach, given all that it does reach. */
  #addUnreachable(found: FoundNode[], query: Float32Array): void {
    const reached = new Set(found.map(({ node }) => node));
    const stored = new Float32Array(this.spec.dimension);
    let budget = UNREACHABLE_SCAN_MAX;
    for (let node = 0; node < this.#table.nodeCount && budget > 0; node += 1) {
      if (this.#table.isDead(node) || reached.has(node)) continue;
      stored.set(this.#native.getPoint(node));
      found.push({ node, distance: distanceFunctions[this.spec.metric](query, stored) });
      budget -= 1;
    }
  }

  /** The `k` nearest labels at the nodes, nearest first, ties by label. */
  #neighborsAt(found: FoundNode[], k: number): Neighbor[] {
    found.sort((a, b) => a.distance - b.distance);
    const neighbors: Neighbor[] = [];
    let farthest = Number.NaN;
    for (const { node, distance } of found) {
      if (neighbors.length >= k && distance !== farthest) break;
      farthest = distance;
      this.#table.eachLabelOf(node, k, (label) => neighbors.push({ label, distance }));
    }
    neighbors.sort((a, b) => a.distance - b.distance || a.label - b.label);
    if (neighbors.length > k) neighbors.length = k;
    return neighbors;
  }
}

interface FoundNode {
  node: number;
  distance: number;
}

/** Before a graph that was read is searched: room for more, or the first insertion would move it all. */
export function makeRoom(native: NativeGraph): void {
  const wanted = Math.ceil(native.getCurrentCount() * CAPACITY_GROWTH);
  if (native.getMaxElements() < wanted) native.resizeIndex(Math.max(CAPACITY_MIN, wanted));
}

/** A native graph without contents, to be initialised or read into. */
export function newNativeGraph(spec: GraphSpec): NativeGraph {
  const { dimension, m, efConstruction } = spec;
  invariant(dimension >= 1 && m >= 2 && m <= 1024 && efConstruction >= 1, 'no graph can be so');
  return new hnswlib.HierarchicalNSW(nativeSpace(spec.metric), dimension);
}
