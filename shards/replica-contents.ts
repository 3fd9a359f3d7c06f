/**
 * A replica's contents as other replicas see them: digests, entries and documents to be compared and
 * copied, and entries of others taken over. Reading goes in the scheduler's background slices; what is
 * taken over is in the index, as written rows are, when it is durable.
 */
import type { Clock, Timer } from '../src/base/clock.js';
import type { Version } from '../src/base/version.js';
import type { WriteOp } from '../src/wire/link-messages.js';
import type { DigestAnswer, EntryVersion, PartitionSlice } from '../src/wire/recovery-messages.js';
import type { BucketSet } from './recovery/bucket-set.js';
import type { GraphExchange } from './recovery/graph-exchange.js';
import {
  entriesInBuckets,
  type LevelledReplica,
  runInBackground,
} from './recovery/levelled-replica.js';
import { LiveWrites } from './recovery/live-writes.js';
import { SliceDigests } from './recovery/slice-digests.js';
import type { Scheduler } from './scheduler.js';
import {
  type AbsorbedEntry,
  type PartitionStore,
  type Row,
  type RowChange,
  type StoreEntry,
  StoreError,
} from './store/partition-store.js';

export interface ReplicaContentsHooks {
  hasRoomFor(rowCount: number): boolean;
  /** Rows are durable: they must become visible before this returns. */
  onChanges(changes: readonly RowChange[]): void;
  onStoreError(error: StoreError): void;
  /** It is in sync: no copy goes on. */
  onRecovered?(): void;
}

const ROOM_INTERVAL_MS = 10;
const PURGE_INTERVAL_MS = 60_000;

export class ReplicaContents implements LevelledReplica {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #store: PartitionStore;
  readonly #hooks: ReplicaContentsHooks;
  /** The replica's graph, as other replicas get theirs. */
  readonly graphs: GraphExchange;
  #live: LiveWrites | undefined;
  /** Of those that it was last asked for. */
  #slices: SliceDigests | undefined;
  #purgeTimer: Timer | undefined;
  #isClosed = false;

  constructor(
    clock: Clock,
    scheduler: Scheduler,
    store: PartitionStore,
    graphs: GraphExchange,
    tombstoneGraceMs: number,
    hooks: ReplicaContentsHooks,
  ) {
    this.graphs = graphs;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#store = store;
    this.#hooks = hooks;
    store.watch((changes) => this.#slices?.follow(changes));
    this.#setPurgeTimer(tombstoneGraceMs);
  }

  get documentCount(): number {
    return this.#store.documentCount;
  }

  get isSearched(): boolean {
    return this.#scheduler.isSearched;
  }

  /** True while it takes writes, and answers nothing. */
  get isRecovering(): boolean {
    return this.#live !== undefined;
  }

  /**
   * A generation begins in which this replica recovers: later writes are live ones. Not `isComplete`:
   * some may have come already, and are not known.
   */
  beginRecovery(isComplete: boolean): void {
    this.#live = new LiveWrites(isComplete);
  }

  endRecovery(): void {
    this.#live = undefined;
    this.#hooks.onRecovered?.();
  }

  /** A live write has arrived; the store does not have it yet. */
  noteWrite(version: Version, ops: readonly WriteOp[]): void {
    this.#live?.note(version, ops);
  }

  /** May a live write newer than this version be on its way to the source? */
  mayBeLive(id: string, sourceVersion: Version): boolean {
    return this.#live?.mayBeNewer(id, sourceVersion) ?? true;
  }

  async digest(horizon: Version): Promise<BigUint64Array> {
    return this.#guarded(() => this.#store.digest(horizon));
  }

  /** Undefined while digests of such slices are made; later it costs next to nothing. */
  digestOfSlice(slice: PartitionSlice, horizon: Version): DigestAnswer | undefined {
    const { partitionCount } = slice;
    if (this.#slices?.partitionCount !== partitionCount) this.#makeDigests(partitionCount);
    const slices = this.#slices;
    if (slices?.isComplete !== true) return undefined;
    return this.#guarded(() => slices.answer(slice.partition, horizon, this.#store));
  }

  #makeDigests(partitionCount: number): void {
    const slices = new SliceDigests(partitionCount);
    this.#slices = slices;
    this.read((store) => slices.make(store.entries(''))).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      // Who asks again has them made again.
      if (this.#slices === slices) this.#slices = undefined;
    });
  }

  async entriesOf(
    buckets: BucketSet,
    afterId: string,
    throughId: string | undefined,
  ): Promise<EntryVersion[]> {
    const found: EntryVersion[] = [];
    await this.read((store) => entriesInBuckets(store.entries(afterId), buckets, throughId, found));
    return found;
  }

  /** Runs a generator over the store in background slices. */
  read<T>(make: (store: PartitionStore) => Generator<StoreEntry | Row | undefined, T>): Promise<T> {
    const contents = this;
    function* guarded(): Generator<unknown, T> {
      const work = contents.#guarded(() => make(contents.#store));
      while (true) {
        const step = contents.#guarded(() => work.next());
        if (step.done === true) return step.value;
        yield;
      }
    }
    return runInBackground(this.#scheduler, this.#clock, guarded());
  }

  async whenRoomFor(rowCount: number): Promise<void> {
    while (!this.#isClosed && !this.#hooks.hasRoomFor(rowCount)) {
      await new Promise<void>((resume) => this.#clock.setTimer(ROOM_INTERVAL_MS, resume));
    }
  }

  absorb(entries: readonly AbsorbedEntry[]): Promise<number> {
    // As close to the store's promise as the write queue is: changes are told in the order of commits.
    return this.#store.absorb(entries).then(
      ({ results, changes }) => {
        this.#hooks.onChanges(changes);
        return results.filter(({ isApplied }) => isApplied).length;
      },
      (error: unknown) => {
        if (error instanceof StoreError) this.#hooks.onStoreError(error);
        throw error;
      },
    );
  }

  /** Nothing is read any more. */
  close(): void {
    this.#isClosed = true;
    this.graphs.close();
    this.#purgeTimer?.cancel();
  }

  #guarded<T>(read: () => T): T {
    if (this.#isClosed) throw new StoreError('failed', 'the replica is being closed');
    try {
      return read();
    } catch (error) {
      if (error instanceof StoreError) this.#hooks.onStoreError(error);
      throw error;
    }
  }

  #setPurgeTimer(graceMs: number): void {
    this.#purgeTimer = this.#clock.setTimer(PURGE_INTERVAL_MS, () => {
      this.#setPurgeTimer(graceMs);
      this.#store.purgeTombstones(this.#clock.wallMs() - graceMs).catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        this.#hooks.onStoreError(error);
      });
    });
  }
}
