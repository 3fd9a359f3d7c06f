/**
 * The index of one live partition: the graph, the flat buffer in front of it, and, now and then, the
 * graph that will replace it. Every row that was applied is found by the next search: it is in the
 * flat buffer until it is in the graph.
 *
 * A replacement is built off the event loop from the rows as they were. It is then behind by what was
 * written meanwhile, catches up from the store in slices, and takes over in one step once all that is
 * missing from it is in the flat buffer. Rows removed meanwhile are removed from both.
 *
 * A graph that lacks most of the rows is replaced by one that has them all, those of the flat buffer
 * too; the buffer keeps them until then, so that they are found, and nothing is inserted twice.
 *
 * While the index is loading there are too many such rows for the buffer: they wait in the store, and
 * the replacement catches up with them. Slices are the scheduler's; nothing here waits.
 */
import type { Clock } from '../src/base/clock.js';
import { invariant } from '../src/base/invariant.js';
import { FlatRoom, type FlatRoomLimits } from './flat-room.js';
import type { Graph } from './graph-kit.js';
import type { ExactIndex } from './index/exact-index.js';
import type { Neighbor } from './index/vector-index.js';
import type { PartitionStore, RowChange } from './store/partition-store.js';

interface Replacement {
  /** Absent while it is being built. */
  graph: Graph | undefined;
  /** It has, or need not have, every row up to this one. */
  cursor: number;
  /** Removed since the building began, until there is a graph to remove them from. */
  removed: number[];
  /** Insertions and removals since it was saved, or loaded. */
  changeCount: number;
  /** It is to have the rows that are in the flat buffer, too. */
  takesFlatRows: boolean;
}

/** Of this many slices one goes to the flat buffer while a replacement catches up. */
const CATCH_UP_SLICES_PER_INSERT = 3;

export interface LiveIndexOptions {
  /** Rows up to this one are in the graph, or gone. */
  insertedSeq: number;
  /** Rows that may wait to be inserted before writes wait. */
  room: FlatRoomLimits;
}

export class LiveIndex {
  readonly #clock: Clock;
  readonly #store: PartitionStore;
  readonly #flat: ExactIndex;
  readonly #room: FlatRoom;
  #graph: Graph;
  #replacement: Replacement | undefined;
  #isLoading = false;
  /** Rows come in numbers: the graph is built when they are all there. */
  #isBulk = false;
  /** Highest sequence number that was applied: later rows of the store are on their way here. */
  #appliedSeq: number;
  /** Rows up to this one are in the graph, or gone. */
  #insertedSeq: number;
  /** While loading: about how many rows the replacement lacks. */
  #lagCount = 0;
  #sliceCount = 0;
  /** Insertions and removals since the graph was saved, or loaded. */
  changeCount = 0;

  /** `flat` holds the rows after the graph's `insertedSeq`; both have every current row together. */
  constructor(
    clock: Clock,
    store: PartitionStore,
    graph: Graph,
    flat: ExactIndex,
    options: LiveIndexOptions,
  ) {
    this.#clock = clock;
    this.#store = store;
    this.#graph = graph;
    this.#flat = flat;
    this.#room = new FlatRoom(options.room, flat.count);
    this.#insertedSeq = options.insertedSeq;
    this.#appliedSeq = store.lastSeq;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  get graph(): Graph {
    return this.#graph;
  }

  /** Rows up to this one need not be inserted again after the graph was saved and loaded. */
  get insertedSeq(): number {
    return this.#insertedSeq;
  }

  get isReplacing(): boolean {
    return this.#replacement !== undefined;
  }

  /** Rows that are not in a graph yet. */
  get pendingCount(): number {
    return this.#isLoading ? this.#lagCount : this.#flat.count;
  }

  /** True when more rows wait than writes alone would leave waiting. */
  get isBehind(): boolean {
    return this.#room.isExceededBy(this.pendingCount);
  }

  /** May so many more rows be written now? See `flat-room.ts`. */
  hasRoomFor(rowCount: number, isSearched: boolean): boolean {
    if (this.#isBulk) return true;
    const use = { isSearched, isBuilding: this.#isBuildingOfAll };
    return this.#room.hasRoomFor(rowCount, this.pendingCount, use);
  }

  /** Makes durable changes visible, all at once. */
  apply(changes: readonly RowChange[]): void {
    for (const { added, removedSeq } of changes) {
      if (removedSeq !== undefined) this.#remove(removedSeq);
      if (added === undefined) continue;
      invariant(added.seq > this.#appliedSeq, `row ${added.seq} was applied before`);
      this.#appliedSeq = added.seq;
      if (this.#isLoading) this.#lagCount += 1;
      else this.#flat.add(added.seq, added.vector);
    }
  }

  /** The nearest of graph and flat buffer together. */
  search(query: Float32Array, k: number, ef: number): Neighbor[] {
    invariant(!this.#isLoading, 'an index that is loading cannot be searched');
    const found = this.#graph.search(query, k, Math.max(ef, k));
    if (this.#flat.count === 0) return found;
    const merged = found.concat(this.#flat.search(query, k));
    return merged.sort((a, b) => a.distance - b.distance || a.label - b.label).slice(0, k);
  }

  /** Moves rows into graphs until `untilMs`. */
  insertSlice(untilMs: number): void {
    const isCatchingUp = this.#replacement?.graph !== undefined;
    this.#sliceCount += 1;
    const isInsertTurn = this.#sliceCount % CATCH_UP_SLICES_PER_INSERT === 0;
    const isUrgent = this.#isLoading || this.#replacement?.takesFlatRows === true;
    if (isCatchingUp && (isUrgent || !isInsertTurn)) this.#catchUp(untilMs);
    else if (!this.#isLoading && !this.#isBuildingOfAll) this.#insert(untilMs);
  }

  /** True when a slice would move something. */
  get hasWork(): boolean {
    if (this.#replacement?.graph !== undefined) return true;
    if (this.#isLoading || this.#isBuildingOfAll) return false;
    return this.#flat.count > 0 && !this.#graph.isFrozen;
  }

  /** True while inserting would be in vain: all that waits comes with the replacement. */
  get #isBuildingOfAll(): boolean {
    return this.#replacement?.takesFlatRows === true && this.#replacement.graph === undefined;
  }

  /** Nothing can be searched until the replacement that is to come has caught up. */
  beginLoading(lagCount: number): void {
    invariant(this.#flat.count === 0, 'rows wait in the store while loading');
    this.#isLoading = true;
    this.#lagCount = lagCount;
    this.#room.restart(lagCount);
  }

  /**
   * Rows stay in the store, and nothing can be searched, until a graph is built of all that there are
   * at the end of it. False when another graph is on its way.
   */
  beginBulk(): boolean {
    if (this.#isLoading || this.#replacement !== undefined) return false;
    const lagCount = this.#graph.count + this.#flat.count;
    this.#flat.removeThrough(this.#appliedSeq);
    this.beginLoading(lagCount);
    this.beginReplacing();
    this.#isBulk = true;
    return true;
  }

  /** The replacement is to be built of the rows up to the sequence number that this returns. */
  endBulk(): number {
    const replacement = this.#replacement;
    invariant(this.#isBulk && replacement !== undefined, 'there is an end to what began');
    this.#isBulk = false;
    replacement.cursor = this.#appliedSeq;
    replacement.removed = [];
    this.#room.restart(this.#lagCount);
    return replacement.cursor;
  }

  /**
   * The replacement is to be built of the present rows up to the sequence number that this returns;
   * from here on, remembers what it will not know. Later rows are in the flat buffer, or will be; with
   * `takesFlatRows` there are only those that are written from now on.
   */
  beginReplacing(takesFlatRows = false): number {
    invariant(this.#replacement === undefined, 'one replacement at a time');
    const cursor = takesFlatRows ? this.#appliedSeq : this.#lastSeqOfGraph();
    this.#replacement = { graph: undefined, cursor, removed: [], changeCount: 0, takesFlatRows };
    return cursor;
  }

  /** The replacement, with the rows up to `cursor` (default: as `beginReplacing` said). */
  continueReplacing(graph: Graph, cursor?: number): void {
    const replacement = this.#replacement;
    invariant(replacement !== undefined, 'nothing is being replaced');
    for (const seq of replacement.removed) {
      if (graph.remove(seq)) replacement.changeCount += 1;
    }
    replacement.removed = [];
    replacement.cursor = cursor ?? replacement.cursor;
    replacement.graph = graph;
  }

  /** Gives up a replacement that could not be built. */
  abandonReplacing(): void {
    invariant(!this.#isLoading, 'an index that is loading needs its replacement');
    this.#replacement = undefined;
    this.#room.built(this.#flat.count, false);
  }

  #remove(seq: number): void {
    const replacement = this.#replacement;
    if (this.#isBulk) return;
    if (replacement?.graph === undefined) replacement?.removed.push(seq);
    else if (replacement.graph.remove(seq)) replacement.changeCount += 1;
    if (this.#flat.remove(seq)) return;
    if (this.#graph.remove(seq)) this.changeCount += 1;
  }

  /** Current rows up to this one belong in the graph, the others in the flat buffer. */
  #lastSeqOfGraph(): number {
    const { oldestLabel } = this.#flat;
    return oldestLabel === undefined ? this.#appliedSeq : oldestLabel - 1;
  }

  #insert(untilMs: number): void {
    while (!this.#graph.isFrozen) {
      const label = this.#flat.oldestLabel;
      const vector = label === undefined ? undefined : this.#flat.vectorOf(label);
      if (label === undefined || vector === undefined) return;
      this.#graph.add(label, vector);
      this.#flat.remove(label);
      this.#insertedSeq = label;
      this.changeCount += 1;
      this.#room.inserted();
      if (this.#clock.nowMs() >= untilMs) return;
    }
  }

  #catchUp(untilMs: number): void {
    const replacement = this.#replacement;
    const graph = replacement?.graph;
    if (replacement === undefined || graph === undefined) return;
    const lastSeq = this.#lastSeqOfGraph();
    for (const row of this.#store.scan(replacement.cursor)) {
      if (row.seq > lastSeq) break;
      graph.add(row.seq, row.vector);
      replacement.cursor = row.seq;
      replacement.changeCount += 1;
      this.#lagCount = Math.max(0, this.#lagCount - 1);
      this.#room.inserted();
      if (this.#clock.nowMs() >= untilMs) return;
    }
    this.#takeOver(graph, Math.max(lastSeq, replacement.cursor), replacement);
  }

  #takeOver(graph: Graph, insertedSeq: number, replacement: Replacement): void {
    this.#graph = graph;
    this.#insertedSeq = insertedSeq;
    this.changeCount = replacement.changeCount;
    this.#replacement = undefined;
    this.#flat.removeThrough(insertedSeq);
    this.#room.built(this.#flat.count, this.#isLoading || replacement.takesFlatRows);
    this.#isLoading = false;
    this.#lagCount = 0;
  }
}
