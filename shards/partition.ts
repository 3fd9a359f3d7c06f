/**
 * One replica, live: the store that holds the truth, the index that finds it, and the work between
 * them. What is acknowledged is durable and found by the next search; what is damaged is reported and
 * never served. Everything that takes long happens in the scheduler's slices, or off the event loop.
 */
import type { Clock, Timer } from '../src/base/clock.js';
import type { CollectionId } from '../src/base/ids.js';
import type { Logger } from '../src/base/logger.js';
import { type DistanceFunction, distanceFunctions, type Metric } from '../src/base/metric.js';
import type { Version } from '../src/base/version.js';
import type { ReplicaCondition } from '../src/wire/link-messages.js';
import type { BackgroundSource } from './background-line.js';
import { ExactScan, type ExactSearch } from './exact-scan.js';
import type { GraphBuildQueue } from './graph-build-queue.js';
import { GraphKeeper } from './graph-keeper.js';
import type { GraphKit } from './graph-kit.js';
import type { NearestRows } from './hits.js';
import type { LiveIndex } from './live-index.js';
import { flatRoomLimits, type PartitionLimits } from './partition-limits.js';
import { openLiveIndex } from './partition-opening.js';
import { GraphExchange } from './recovery/graph-exchange.js';
import { ReplicaContents } from './replica-contents.js';
import type { Scheduler } from './scheduler.js';
import { StorageHealth } from './storage-health.js';
import {
  type PartitionStore,
  type Row,
  type RowChange,
  StoreError,
} from './store/partition-store.js';
import { type QueuedWrite, settledTicket, WriteQueue, type WriteTicket } from './write-queue.js';

export interface PartitionOptions {
  collection: CollectionId;
  partition: number;
  dimension: number;
  metric: Metric;
  store: PartitionStore;
  kit: GraphKit;
  /** The node's: whose graph is built next. */
  builds: GraphBuildQueue;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
  limits: PartitionLimits;
  /** How long it is remembered that a document was deleted. */
  tombstoneGraceMs: number;
}

/** How a read of one partition ended. */
export type PartitionRead<T> =
  | { status: 'ok'; value: T }
  | { status: 'unavailable' | 'corrupt'; detail: string };

export interface ApproximateSearch {
  vector: Float32Array;
  k: number;
  /** Candidates that the graph examines, at least `k`. */
  ef: number;
  /** Empty; takes the hits. */
  nearest: NearestRows;
}

const LOADING = 'loading: its graph is being built';
const UPKEEP_INTERVAL_MS = 2000;

export class Partition {
  readonly dimension: number;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #store: PartitionStore;
  readonly #index: LiveIndex;
  readonly #logger: Logger;
  readonly #name: { collection: CollectionId; partition: number };
  readonly #distance: DistanceFunction;
  /** As other replicas see it. */
  readonly contents: ReplicaContents;
  readonly #writes: WriteQueue;
  readonly #scan: ExactScan;
  readonly #keeper: GraphKeeper;
  readonly #insertion: BackgroundSource;
  readonly #health = new StorageHealth();
  #upkeepTimer: Timer | undefined;
  #isClosing = false;

  /** Takes over the store. Rejects with the store's error when a row is damaged. */
  static async open(options: PartitionOptions): Promise<Partition> {
    const { limits, dimension } = options;
    const { index, buildSeq, detail } = await openLiveIndex({
      ...options,
      room: flatRoomLimits(limits, dimension),
    });
    const { collection, partition, logger } = options;
    const found = { documentCount: options.store.documentCount, isLoading: index.isLoading };
    logger.info({ collection, partition, ...found }, `replica opened, ${detail}`);
    return new Partition(options, index, buildSeq);
  }

  private constructor(options: PartitionOptions, index: LiveIndex, buildSeq: number | undefined) {
    const { clock, scheduler, store, logger, collection, partition } = options;
    this.dimension = options.dimension;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#store = store;
    this.#index = index;
    this.#logger = logger;
    this.#name = { collection, partition };
    this.#distance = distanceFunctions[options.metric];
    const onStoreError = (error: StoreError) => this.#onStoreError(error);
    this.#scan = new ExactScan(clock, scheduler, store, this.#distance, onStoreError);
    const onChanges = (changes: readonly RowChange[]) => this.#onChanges(changes);
    this.#insertion = { runSlice: (budgetMs) => this.#insertSlice(budgetMs) };
    this.#keeper = new GraphKeeper({
      ...options,
      index,
      upkeep: options.limits,
      onProgress: () => scheduler.wake(this.#insertion),
      onStoreError,
    });
    const roomFor = (n: number) => index.hasRoomFor(n, scheduler.isSearched);
    const hooks = { hasRoomFor: roomFor, onChanges, onStoreError };
    const graphs = new GraphExchange(clock, options.kit, this.#keeper);
    const { tombstoneGraceMs } = options;
    this.contents = new ReplicaContents(clock, scheduler, store, graphs, tombstoneGraceMs, {
      ...hooks,
      onRecovered: () => this.#keeper.endCopy(),
    });
    // A write that a recovering replica misses makes it start over: copying waits, writes do not.
    const hasRoomFor = (n: number) => this.contents.isRecovering || hooks.hasRoomFor(n);
    this.#writes = new WriteQueue(clock, scheduler, store, { ...hooks, hasRoomFor });
    if (buildSeq !== undefined) this.#keeper.load(buildSeq);
    scheduler.wake(this.#insertion);
    this.#setUpkeepTimer();
  }

  get documentCount(): number {
    return this.#store.documentCount;
  }

  get highestVersion(): Version {
    return this.#store.highestVersion;
  }

  /** Rows that are searched one by one because they are not in the graph yet. */
  get pendingCount(): number {
    return this.#index.pendingCount;
  }

  get condition(): ReplicaCondition {
    return (
      this.#health.worst(this.#clock.nowMs())?.condition ??
      (this.#index.isLoading ? 'loading' : 'open')
    );
  }

  /** The storage takes no more writes before the replica is opened anew; reads go on. */
  get hasFailed(): boolean {
    return this.#health.hasFailed;
  }

  /** Why, when the condition is not `open`. */
  get detail(): string {
    return (
      this.#health.worst(this.#clock.nowMs())?.detail ?? (this.#index.isLoading ? LOADING : '')
    );
  }

  /** The k nearest documents, approximately. */
  search(search: ApproximateSearch): PartitionRead<NearestRows> {
    if (this.#index.isLoading) {
      return { status: 'unavailable', detail: LOADING };
    }
    const { vector, k, ef, nearest } = search;
    return this.#read(() => {
      const offer = (row: Row) => nearest.offer(row, this.#distance(vector, row.vector));
      for (const { label } of this.#index.search(vector, k, ef)) this.#store.readRow(label, offer);
      return nearest;
    });
  }

  /** The k nearest documents, exactly; also while the graph is loading. */
  searchExactly(search: ExactSearch): { cancel(): void } {
    const refused = this.#refusal();
    if (refused === undefined) return this.#scan.add(search);
    search.done(refused.status, search.nearest);
    return { cancel() {} };
  }

  /** The documents that exist, in the order of the ids, each once, until `take` says no more. */
  get(ids: readonly string[], take: (row: Row) => boolean): PartitionRead<void> {
    return this.#read(() => {
      for (const id of new Set(ids)) {
        const row = this.#store.get(id);
        if (row !== undefined && !take(row)) return;
      }
    });
  }

  /** Documents in the order of their ids, beginning after `afterId`, until `take` says no more. */
  list(afterId: string, take: (row: Row) => boolean): PartitionRead<void> {
    return this.#read(() => {
      for (const row of this.#store.list(afterId)) {
        if (!take(row)) return;
      }
    });
  }

  write(write: QueuedWrite): WriteTicket {
    const refused = this.#refusal();
    if (refused === undefined) {
      this.contents.noteWrite(write.version, write.ops);
      return this.#writes.add(write);
    }
    write.done(refused.status, refused.detail, []);
    return settledTicket;
  }

  /** A newer replica set is known: resolves when no write meant for the older one is under way. */
  fence(): Promise<void> {
    return this.#writes.fence();
  }

  /**
   * Refuses what has not begun, finishes the rest, saves the graph if it changed (and `save` is true)
   * and lets go of the files.
   */
  async close(save: boolean): Promise<void> {
    this.#isClosing = true;
    this.#upkeepTimer?.cancel();
    this.contents.close();
    this.#scan.fail('unavailable');
    await this.#writes.close('the replica is being closed');
    for (const source of [this.#scan, this.#writes, this.#insertion]) {
      this.#scheduler.forget(source);
    }
    await this.#keeper.close(save && this.#health.corruptDetail === undefined);
    await this.#store.close().catch((error: unknown) => {
      // Its files are let go of in any case: what is in them is found out when they are opened again.
      if (!(error instanceof StoreError)) throw error;
      this.#onStoreError(error);
    });
  }

  #onChanges(changes: readonly RowChange[]): void {
    this.#health.written();
    this.#index.apply(changes);
    this.#scan.onChanges(changes);
    if (!this.#isClosing) this.#scheduler.wake(this.#insertion);
  }

  #insertSlice(budgetMs: number): boolean {
    if (this.#refusal() !== undefined) return false;
    try {
      this.#index.insertSlice(this.#clock.nowMs() + budgetMs);
      this.#writes.onRoom();
      this.#keeper.upkeep();
      return this.#index.hasWork;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#onStoreError(error);
      return false;
    }
  }

  #setUpkeepTimer(): void {
    this.#upkeepTimer = this.#clock.setTimer(UPKEEP_INTERVAL_MS, () => {
      if (this.#refusal() === undefined) this.#scheduler.wake(this.#insertion);
      this.#setUpkeepTimer();
    });
  }

  #refusal(): { status: 'unavailable' | 'corrupt'; detail: string } | undefined {
    const { corruptDetail } = this.#health;
    if (corruptDetail !== undefined) return { status: 'corrupt', detail: corruptDetail };
    if (this.#isClosing) return { status: 'unavailable', detail: 'the replica is being closed' };
    return undefined;
  }

  #read<T>(read: () => T): PartitionRead<T> {
    const refused = this.#refusal();
    if (refused !== undefined) return refused;
    try {
      return { status: 'ok', value: read() };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#onStoreError(error);
      const status = error.failure === 'corrupt' ? 'corrupt' : 'unavailable';
      return { status, detail: error.message };
    }
  }

  #onStoreError(error: StoreError): void {
    if (!this.#health.note(error, this.#clock.nowMs())) return;
    const fields = { ...this.#name, failure: error.failure, error: error.message };
    this.#logger.error(fields, 'storage failure');
    if (error.failure === 'corrupt') this.#scan.fail('corrupt');
  }
}
