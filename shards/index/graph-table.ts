/**
 * Which labels share which node of the graph. Equal vectors share one node: a graph in which hundreds
 * of equal vectors link only to each other swallows searches (with a quarter of 20,000 vectors equal,
 * recall at 10 fell from 1.0 to 0.48), and a document that is written again with the vector it had
 * costs no insertion. Equal means an equal 64-bit hash; should two vectors ever collide, one of them
 * is found where the other one lies.
 *
 * Labels are added in ascending order and kept in that order, one slot each, found by binary search.
 * The slots of one node form a list, so that its labels are known in order. Slots of removed labels
 * are reclaimed; nodes are for ever, dead ones (without labels) until the graph is rebuilt.
 */
import { invariant } from '../../src/base/invariant.js';
import { HashTable } from './hash-table.js';
import { lowerBound } from './lower-bound.js';

/** All there is to know: labels ascending, the node of each, the hash of each node's vector. */
export interface GraphTableContents {
  labels: Float64Array<ArrayBuffer>;
  nodes: Uint32Array<ArrayBuffer>;
  hashes: BigUint64Array<ArrayBuffer>;
}

/** What a removal did: the label was not there, others share its node, or its node is dead now. */
export type RemovalOutcome = { status: 'absent' | 'shared' } | { status: 'died'; node: number };

const NONE = -1;
const LENGTH_MIN = 1024;
const ABSENT: RemovalOutcome = { status: 'absent' };
const SHARED: RemovalOutcome = { status: 'shared' };

export class GraphTable {
  readonly #nodesByHash: HashTable;
  /** Of each node: the slots of its smallest and largest label, or NONE when it is dead. */
  #firstSlots: Int32Array<ArrayBuffer>;
  #lastSlots: Int32Array<ArrayBuffer>;
  #deadNodeCount: number;
  /** Of each slot: its label, node (NONE: removed), and the slots before and after in the list. */
  #labels = new Float64Array(0);
  #nodes = new Int32Array(0);
  #before = new Int32Array(0);
  #after = new Int32Array(0);
  #slotCount = 0;
  #count = 0;
  #lastLabel = 0;

  /** Takes over the arrays of `contents`. */
  constructor(contents?: GraphTableContents) {
    this.#nodesByHash = new HashTable(contents?.hashes);
    const nodeCount = this.#nodesByHash.length;
    this.#firstSlots = new Int32Array(nodeCount).fill(NONE);
    this.#lastSlots = new Int32Array(nodeCount).fill(NONE);
    this.#deadNodeCount = nodeCount;
    if (contents !== undefined) this.#take(contents.labels, contents.nodes);
  }

  /** Labels. */
  get count(): number {
    return this.#count;
  }

  /** Nodes of the graph, dead ones included. */
  get nodeCount(): number {
    return this.#nodesByHash.length;
  }

  get deadNodeCount(): number {
    return this.#deadNodeCount;
  }

  /** The node of vectors with this hash, dead or not, or -1. */
  nodeOf(hash: bigint): number {
    return this.#nodesByHash.find(hash);
  }

  /** A new node, dead until it has a label. */
  addNode(hash: bigint): number {
    const node = this.#nodesByHash.append(hash);
    if (node === this.#firstSlots.length) {
      const length = Math.max(LENGTH_MIN, node * 2);
      this.#firstSlots = grown(this.#firstSlots, length);
      this.#lastSlots = grown(this.#lastSlots, length);
    }
    this.#firstSlots[node] = NONE;
    this.#lastSlots[node] = NONE;
    this.#deadNodeCount += 1;
    return node;
  }

  append(label: number, node: number): void {
    invariant(label > this.#lastLabel, `label ${label} does not come after ${this.#lastLabel}`);
    invariant(node < this.nodeCount, `no node ${node}`);
    if (this.#slotCount === this.#labels.length) this.#makeRoom();
    const slot = this.#slotCount;
    const last = this.#lastSlots[node] as number;
    this.#labels[slot] = label;
    this.#nodes[slot] = node;
    this.#before[slot] = last;
    this.#after[slot] = NONE;
    if (last === NONE) {
      this.#firstSlots[node] = slot;
      this.#deadNodeCount -= 1;
    } else {
      this.#after[last] = slot;
    }
    this.#lastSlots[node] = slot;
    this.#lastLabel = label;
    this.#slotCount += 1;
    this.#count += 1;
  }

  has(label: number): boolean {
    return this.#slotOf(label) !== NONE;
  }

  isDead(node: number): boolean {
    return this.#firstSlots[node] === NONE;
  }

  remove(label: number): RemovalOutcome {
    const slot = this.#slotOf(label);
    if (slot === NONE) return ABSENT;
    const node = this.#nodes[slot] as number;
    const before = this.#before[slot] as number;
    const after = this.#after[slot] as number;
    if (before === NONE) this.#firstSlots[node] = after;
    else this.#after[before] = after;
    if (after === NONE) this.#lastSlots[node] = before;
    else this.#before[after] = before;
    this.#nodes[slot] = NONE;
    this.#count -= 1;
    if (!this.isDead(node)) return SHARED;
    this.#deadNodeCount += 1;
    return { status: 'died', node };
  }

  /** All labels, ascending. */
  *labels(): IterableIterator<number> {
    for (let slot = 0; slot < this.#slotCount; slot += 1) {
      if (this.#nodes[slot] !== NONE) yield this.#labels[slot] as number;
    }
  }

  /** Calls `visit` with the labels of a node, ascending, `limit` of them at most. */
  eachLabelOf(node: number, limit: number, visit: (label: number) => void): void {
    let slot = this.#firstSlots[node] as number;
    for (let visited = 0; slot !== NONE && visited < limit; visited += 1) {
      visit(this.#labels[slot] as number);
      slot = this.#after[slot] as number;
    }
  }

  /** A copy of the contents as they are now. */
  snapshot(): GraphTableContents {
    const labels = new Float64Array(this.#count);
    const nodes = new Uint32Array(this.#count);
    let to = 0;
    for (let slot = 0; slot < this.#slotCount; slot += 1) {
      if (this.#nodes[slot] === NONE) continue;
      labels[to] = this.#labels[slot] as number;
      nodes[to] = this.#nodes[slot] as number;
      to += 1;
    }
    return { labels, nodes, hashes: this.#nodesByHash.snapshot() };
  }

  #slotOf(label: number): number {
    const slot = lowerBound(this.#labels, 0, this.#slotCount, label);
    const isFound = slot < this.#slotCount && this.#labels[slot] === label;
    return isFound && this.#nodes[slot] !== NONE ? slot : NONE;
  }

  /** With all slots in use: reclaims those of removed labels, and grows if they are too few. */
  #makeRoom(): void {
    if (this.#count * 3 < this.#slotCount * 2) this.#compact();
    else this.#resizeSlots(Math.max(LENGTH_MIN, Math.ceil(this.#slotCount * 1.5)));
  }

  #compact(): void {
    const { labels, nodes } = this.snapshot();
    const length = this.#labels.length;
    this.#firstSlots.fill(NONE);
    this.#lastSlots.fill(NONE);
    this.#deadNodeCount = this.nodeCount;
    this.#take(labels, nodes);
    this.#resizeSlots(length);
  }

  /** Fills all slots anew; nodes have no labels yet. A bare loop: a million takes milliseconds. */
  #take(labels: Float64Array<ArrayBuffer>, nodes: Uint32Array<ArrayBuffer>): void {
    const count = labels.length;
    const firstSlots = this.#firstSlots;
    const lastSlots = this.#lastSlots;
    const before = new Int32Array(count);
    const after = new Int32Array(count).fill(NONE);
    let liveNodeCount = 0;
    for (let slot = 0; slot < count; slot += 1) {
      const node = nodes[slot] as number;
      const last = lastSlots[node] as number;
      before[slot] = last;
      if (last === NONE) {
        firstSlots[node] = slot;
        liveNodeCount += 1;
      } else {
        after[last] = slot;
      }
      lastSlots[node] = slot;
    }
    this.#labels = labels;
    this.#nodes = new Int32Array(nodes.buffer);
    this.#before = before;
    this.#after = after;
    this.#slotCount = count;
    this.#count = count;
    this.#deadNodeCount -= liveNodeCount;
    this.#lastLabel = Math.max(this.#lastLabel, labels[count - 1] ?? 0);
  }

  #resizeSlots(length: number): void {
    this.#labels = grown(this.#labels, length);
    this.#nodes = grown(this.#nodes, length);
    this.#before = grown(this.#before, length);
    this.#after = grown(this.#after, length);
  }
}

function grown<T extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  array: T,
  length: number,
): T {
  const copy = new (array.constructor as new (length: number) => T)(length);
  copy.set(array);
  return copy;
}
