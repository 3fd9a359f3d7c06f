/**
 * One partition on a virtual clock, with a simulated disk, reads and insertions that take time, and a
 * naive twin that says what must be found.
 */
import { type ExactGraphFile, ExactGraphKit } from '../../shards/exact-graph-kit.js';
import { GraphBuildQueue } from '../../shards/graph-build-queue.js';
import { graphUpkeepDefaults } from '../../shards/graph-upkeep.js';
import { NearestRows } from '../../shards/hits.js';
import { Partition } from '../../shards/partition.js';
import type { PartitionLimits } from '../../shards/partition-limits.js';
import { Scheduler } from '../../shards/scheduler.js';
import { MemoryPartitionStore } from '../../shards/store/memory-partition-store.js';
import type { PartitionStore, Row } from '../../shards/store/partition-store.js';
import { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import type { PartStatus } from '../../src/base/errors.js';
import { compareHits } from '../../src/base/hit-order.js';
import { collectionId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { distanceFunctions } from '../../src/base/metric.js';
import { TOMBSTONE_GRACE_MS } from '../../src/base/tombstone-horizon.js';
import { makeVersion, type Version } from '../../src/base/version.js';
import type { LinkHit, WriteOp } from '../../src/wire/link-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';
import { MortalClock } from './mortal-clock.js';
import { VirtualClock } from './virtual-clock.js';

export const DIMENSION = 3;
const ROW_READ_MS = 0.05;
const INSERT_MS = 0.2;
const EMPTY = new Uint8Array(0);
export const allParts = { includeText: true, includeMetadata: true, includeVector: true };

export const smallLimits: PartitionLimits = {
  ...graphUpkeepDefaults,
  flatFloatsMax: 0,
  searchedFlatFloatsMax: 0,
  openingFlatFloatsMax: 0,
  rebuildRemovedCountMin: 20,
  saveChangeCountMin: 100,
};

export interface TwinDocument {
  id: string;
  version: Version;
  vector: Float32Array;
}

export interface WriteEnd {
  status: PartStatus;
  detail: string;
}

export class PartitionWorld {
  readonly clock = new VirtualClock();
  readonly disk = new SimulatedDisk(this.clock);
  readonly twin = new Map<string, TwinDocument>();
  graphFile: ExactGraphFile = {};
  partition!: Partition;
  #process = new MortalClock(this.clock);
  #counter = 0;

  constructor(readonly limits: PartitionLimits = smallLimits) {}

  /** The process dies, and nothing that is not durable is left. */
  crash(): void {
    this.#process.die();
    this.disk.crash();
  }

  async open(): Promise<void> {
    const clock = new MortalClock(this.clock);
    this.#process = clock;
    const store = slowReads(new MemoryPartitionStore(this.disk, DIMENSION), this.clock);
    const opening = Partition.open({
      collection: collectionId('c0ffee'),
      partition: 0,
      dimension: DIMENSION,
      metric: 'l2',
      store,
      kit: new ExactGraphKit(clock, DIMENSION, 'l2', this.graphFile, {
        saveMs: 15,
        buildMs: 40,
        onAdd: () => this.clock.spend(INSERT_MS),
      }),
      builds: new GraphBuildQueue(),
      clock,
      scheduler: new Scheduler(clock),
      logger: silentLogger,
      limits: this.limits,
      tombstoneGraceMs: TOMBSTONE_GRACE_MS,
    });
    this.partition = await this.settled(opening);
  }

  /** A graph that another replica sent, without labels. */
  installGraph(): Promise<boolean> {
    const kit = new ExactGraphKit(this.#process, DIMENSION, 'l2', {});
    return this.partition.contents.graphs.install(kit.create());
  }

  nextVersion(): Version {
    this.#counter += 1;
    return makeVersion(this.clock.wallMs(), this.#counter, 0);
  }

  /** Begins a write; the twin follows when it is acknowledged. */
  write(ops: readonly WriteOp[], deadlineAtMs = Number.POSITIVE_INFINITY): Promise<WriteEnd> {
    const version = this.nextVersion();
    return new Promise((resolve) => {
      this.partition.write({
        version,
        ops,
        deadlineAtMs,
        done: (status, detail) => {
          if (status === 'ok') for (const op of ops) this.#follow(op, version);
          resolve({ status, detail });
        },
      });
    });
  }

  search(vector: Float32Array, k: number): LinkHit[] {
    const nearest = new NearestRows(k, allParts, 1e9);
    const outcome = this.partition.search({ vector, k, ef: k, nearest });
    if (outcome.status !== 'ok') throw new Error(outcome.detail);
    return nearest.take();
  }

  searchExactly(vector: Float32Array, k: number): Promise<{ status: string; hits: LinkHit[] }> {
    return new Promise((resolve) => {
      this.partition.searchExactly({
        vector,
        nearest: new NearestRows(k, allParts, 1e9),
        deadlineAtMs: Number.POSITIVE_INFINITY,
        done: (status, nearest) => resolve({ status, hits: nearest.take() }),
      });
    });
  }

  /** What the twin finds, in the shape of {@link idsAndDistances}. */
  expected(vector: Float32Array, k: number): [string, number][] {
    const ranked = Array.from(this.twin.values(), ({ id, version, vector: stored }) => ({
      id,
      version,
      distance: distanceFunctions.l2(vector, stored),
    }));
    return idsAndDistances(ranked.sort(compareHits).slice(0, k));
  }

  /** Lets virtual time pass until the promise has settled. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.clock.runUntilTrue(() => isSettled);
    return promise;
  }

  /** Until the index has nothing to load, to insert, to build or to save any more. */
  async atRest(): Promise<void> {
    await this.clock.runUntilTrue(
      () => this.partition.condition === 'open' && this.partition.pendingCount === 0,
    );
    await this.clock.runForAsync(200);
  }

  #follow(op: WriteOp, version: Version): void {
    if (op.kind === 'delete') {
      this.twin.delete(op.id);
      return;
    }
    const vector = new Float32Array(op.vector.slice().buffer);
    this.twin.set(op.id, { id: op.id, version, vector });
  }
}

export function upsert(id: string, vector: Float32Array): WriteOp {
  const text = Buffer.from(`text of ${id} ${vector.join()}`);
  return { kind: 'upsert', id, vector: packVector(vector), text, metadata: EMPTY };
}

export function idsAndDistances(
  hits: readonly { id: string; distance: number }[],
): [string, number][] {
  return hits.map(({ id, distance }) => [id, distance]);
}

/** A store whose rows take time to read, so that work over many of them takes many slices. */
function slowReads(store: PartitionStore, clock: VirtualClock): PartitionStore {
  const slowly = (rows: IterableIterator<Row>) =>
    (function* () {
      for (const row of rows) {
        clock.spend(ROW_READ_MS);
        yield row;
      }
    })();
  return {
    get documentCount() {
      return store.documentCount;
    },
    get lastSeq() {
      return store.lastSeq;
    },
    get highestVersion() {
      return store.highestVersion;
    },
    write: (version, ops) => store.write(version, ops),
    absorb: (entries) => store.absorb(entries),
    get: (id) => store.get(id),
    row: (seq) => store.row(seq),
    readRow: (seq, read) => store.readRow(seq, read),
    scan: (afterSeq) => slowly(store.scan(afterSeq)),
    list: (afterId) => store.list(afterId),
    entries: (afterId) => store.entries(afterId),
    digest: (horizon) => store.digest(horizon),
    record: (id) => store.record(id),
    tombstonesBefore: (before, limit) => store.tombstonesBefore(before, limit),
    watch: (watcher) => store.watch(watcher),
    purgeTombstones: (beforeWallMs) => store.purgeTombstones(beforeWallMs),
    close: () => store.close(),
  };
}
