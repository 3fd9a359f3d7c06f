/**
 * Keeps a partition's graph fit: saves it when a restart would have much to make up for, and builds it
 * anew when too much of it is dead or missing. One of the two at a time, both off the event loop;
 * builds of a node's partitions one after the other.
 *
 * A graph that cannot be saved, or built, is only slower: it is tried again later. While the index is
 * loading there is no graph to go on with, so one that cannot be built off the event loop is built on
 * it, in slices.
 */
import { type Clock, delay } from '../src/base/clock.js';
import type { CollectionId } from '../src/base/ids.js';
import type { Logger } from '../src/base/logger.js';
import type { GraphBuildQueue, QueuedBuild } from './graph-build-queue.js';
import type { Graph, GraphBuild, GraphKit, LabeledVector } from './graph-kit.js';
import { type GraphUpkeepOptions, needsBuild, needsRebuild, needsSave } from './graph-upkeep.js';
import type { LiveIndex } from './live-index.js';
import type { GraphKeeping } from './recovery/graph-exchange.js';
import { type PartitionStore, StoreError } from './store/partition-store.js';

export interface GraphKeeperOptions {
  collection: CollectionId;
  partition: number;
  clock: Clock;
  store: PartitionStore;
  index: LiveIndex;
  kit: GraphKit;
  /** The node's. */
  builds: GraphBuildQueue;
  logger: Logger;
  upkeep: GraphUpkeepOptions;
  /** Rows can be moved again. */
  onProgress(): void;
  onStoreError(error: StoreError): void;
}

/** Before what failed is tried again. */
const RETRY_MS = 60_000;
const ROWS_PER_READ = 64;
/** More than any graph has: what only searches slowly comes after what lacks rows. */
const MANY = 2 ** 32;
/** A saved graph is good enough for others when it lacks so small a part of the changes ... */
const FRESH_PART = 20;
/** ... or was saved just now. */
const FRESH_MS = 10_000;
const INSTALL_POLL_MS = 50;

export class GraphKeeper implements QueuedBuild, GraphKeeping {
  readonly #options: GraphKeeperOptions;
  readonly #abort = new AbortController();
  #job: Promise<void> | undefined;
  /** The index is loading, and waits for a graph of the rows up to this one. */
  #loadingSeq: number | undefined;
  #savedAtMs: number;
  #hasSaved = false;
  #isSaveWanted = false;
  /** When `changeCount` was seen to have another value. */
  #changedAtMs: number;
  #changeCount = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(options: GraphKeeperOptions) {
    this.#options = options;
    this.#savedAtMs = options.clock.nowMs();
    this.#changedAtMs = this.#savedAtMs;
  }

  /** Begins to save, or to build when it is its turn, if it is time to. */
  upkeep(): void {
    const { index, upkeep, clock, builds } = this.#options;
    const nowMs = clock.nowMs();
    if (index.changeCount !== this.#changeCount) this.#changedAtMs = nowMs;
    this.#changeCount = index.changeCount;
    if (!this.#isFree(nowMs)) return;
    const sinceChangeMs = nowMs - this.#changedAtMs;
    const sinceSaveMs = nowMs - this.#savedAtMs;
    const changes = { changeCount: index.changeCount, sinceSaveMs, sinceChangeMs };
    if (this.#wantsBuild()) builds.add(this);
    // While it waits for its turn, what it has got is worth saving all the same. A copy is soon over.
    const isDue = this.#isSaveWanted || needsSave(upkeep, index.graph.count, changes);
    if (isDue && this.#isFree(nowMs) && !index.graph.hasReserve) this.#start(this.#save());
  }

  /** A save that somebody waits for begins at once, if it can. */
  freshen(): 'fresh' | 'saving' {
    const { index, clock } = this.#options;
    const nowMs = clock.nowMs();
    const { changeCount, graph } = index;
    const isRecent = nowMs - this.#savedAtMs < FRESH_MS && this.#hasSaved;
    const isFresh = changeCount * FRESH_PART <= graph.count;
    const cannotSave = index.isLoading || index.isReplacing || nowMs < this.#notBeforeMs;
    if (isFresh || isRecent || cannotSave) return 'fresh';
    this.#isSaveWanted = true;
    this.upkeep();
    return 'saving';
  }

  /**
   * Puts another replica's graph in the place of the present one, or of one that was to be built; the
   * index then catches up with the rows that are here.
   */
  async install(graph: Graph): Promise<boolean> {
    const { index, clock, builds, onProgress } = this.#options;
    const isLoadingUnbuilt = () => index.isLoading && this.#loadingSeq !== undefined;
    const isBusy = () => this.#job !== undefined || (index.isReplacing && !isLoadingUnbuilt());
    while (isBusy() && !this.#abort.signal.aborted) {
      await (this.#job ?? delay(clock, INSTALL_POLL_MS));
    }
    if (this.#abort.signal.aborted) return false;
    if (isLoadingUnbuilt()) {
      builds.remove(this);
      this.#loadingSeq = undefined;
    } else {
      index.beginReplacing(true);
    }
    index.continueReplacing(graph, 0);
    this.#log('info', {}, 'graph of another replica installed');
    onProgress();
    return true;
  }

  /** No copy goes on any more. */
  endCopy(): void {
    this.#options.index.graph.dropReserve();
  }

  beginBulk(): boolean {
    if (this.#job !== undefined || this.#abort.signal.aborted) return false;
    return this.#options.index.beginBulk();
  }

  endBulk(): void {
    this.load(this.#options.index.endBulk());
  }

  /** The index is loading, and waits for a graph of the rows up to `lastSeq`. */
  load(lastSeq: number): void {
    this.#loadingSeq = lastSeq;
    this.#options.builds.add(this);
  }

  /** What cannot be searched comes first, then what is searched slowly. */
  urgency(): number {
    const { index } = this.#options;
    if (index.isLoading) return Number.POSITIVE_INFINITY;
    return index.isBehind ? 1 + index.pendingCount : index.graph.removedCount / MANY;
  }

  async run(): Promise<void> {
    while (this.#job !== undefined) await this.#job;
    if (this.#abort.signal.aborted) return;
    const { index } = this.#options;
    const loadingSeq = this.#loadingSeq;
    this.#loadingSeq = undefined;
    if (loadingSeq !== undefined) this.#start(this.#build(loadingSeq));
    else if (!index.isReplacing && this.#wantsBuild()) {
      this.#start(this.#build(index.beginReplacing(this.#lacksMost())));
    }
    await this.#job;
  }

  /** Gives up building, waits for what is under way and, if asked to, saves a graph that changed. */
  async close(save: boolean): Promise<void> {
    this.#abort.abort();
    this.#options.builds.remove(this);
    await this.#job;
    const { index } = this.#options;
    if (save && !index.isLoading && index.changeCount > 0) await this.#save();
  }

  #isFree(nowMs: number): boolean {
    const { index } = this.#options;
    const isBusy = this.#job !== undefined || index.isReplacing || index.isLoading;
    return !isBusy && !this.#abort.signal.aborted && nowMs >= this.#notBeforeMs;
  }

  #wantsBuild(): boolean {
    const { count, removedCount } = this.#options.index.graph;
    return needsRebuild(this.#options.upkeep, count, removedCount) || this.#lacksMost();
  }

  #lacksMost(): boolean {
    const { index, store, upkeep } = this.#options;
    return index.isBehind && needsBuild(upkeep, store.documentCount, index.pendingCount);
  }

  #start(job: Promise<void>): void {
    this.#job = job.then(() => {
      this.#job = undefined;
      if (!this.#abort.signal.aborted) this.#options.onProgress();
    });
  }

  async #save(): Promise<void> {
    const { index, kit, clock } = this.#options;
    const { changeCount, graph } = index;
    const startedAtMs = clock.nowMs();
    const outcome = await kit.save(graph, index.insertedSeq);
    const tookMs = Math.round(clock.nowMs() - startedAtMs);
    this.#isSaveWanted = false;
    if (outcome.status === 'saved') {
      this.#hasSaved = true;
      index.changeCount -= changeCount;
      this.#savedAtMs = clock.nowMs();
      this.#log('debug', { vectorCount: graph.count, tookMs }, 'graph saved');
    } else {
      this.#notBeforeMs = clock.nowMs() + RETRY_MS;
      this.#log('warn', { error: outcome.detail }, 'graph not saved, will try again');
    }
  }

  async #build(lastSeq: number): Promise<void> {
    const { index, kit, clock, store } = this.#options;
    const startedAtMs = clock.nowMs();
    const rows = rowsUpTo(store, lastSeq);
    const outcome = await kit.build(rows, store.documentCount, lastSeq, this.#abort.signal);
    if (outcome.status === 'cancelled' || this.#abort.signal.aborted) return;
    if (outcome.status === 'failed') {
      this.#onBuildFailed(outcome);
      return;
    }
    const tookMs = Math.round(clock.nowMs() - startedAtMs);
    this.#log('info', { vectorCount: outcome.graph.count, tookMs }, 'graph built');
    index.continueReplacing(outcome.graph);
  }

  #onBuildFailed({ detail, cause }: GraphBuild & { status: 'failed' }): void {
    const { index, kit, clock, onStoreError } = this.#options;
    this.#notBeforeMs = clock.nowMs() + RETRY_MS;
    if (cause instanceof StoreError) onStoreError(cause);
    if (index.isLoading) {
      this.#log('error', { error: detail }, 'graph not built; inserting row by row instead');
      index.continueReplacing(kit.create(), 0);
    } else {
      this.#log('error', { error: detail }, 'graph not built, will try again');
      index.abandonReplacing();
    }
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string): void {
    const { collection, partition, logger } = this.#options;
    logger[level]({ collection, partition, ...fields }, message);
  }
}

/** Current rows up to `lastSeq`, read a few at a time, so that nothing is held open in between. */
function* rowsUpTo(store: PartitionStore, lastSeq: number): Generator<LabeledVector> {
  let cursor = 0;
  for (;;) {
    const block: LabeledVector[] = [];
    for (const { seq, vector } of store.scan(cursor)) {
      if (seq > lastSeq) break;
      block.push({ seq, vector });
      if (block.length === ROWS_PER_READ) break;
    }
    const last = block.at(-1);
    if (last === undefined) return;
    yield* block;
    cursor = last.seq;
  }
}
