/**
 * The topology store of several coordinators: etcd. A root key names the parts of the topology in
 * force (`topology-parts.ts`); it is put in force by a transaction that compares its revision. What
 * is too much for one transaction is written before, under keys that nobody names yet.
 *
 * Whether a transaction without an answer was carried out can be told by the stamp in the root, as
 * long as no other change followed.
 */
import { type Clock, delay } from '../../base/clock.js';
import type { Epoch } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import { type Random, randomHex } from '../../base/random.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import { CHANGE_BYTES_MAX, type EtcdCell, EtcdCells, OPERATIONS_MAX } from './etcd-cells.js';
import { EtcdConnection, type EtcdOptions } from './etcd-connection.js';
import { takeEtcdSeat } from './etcd-controller-seat.js';
import { claimCoordinatorId } from './etcd-coordinator-ids.js';
import { EtcdDoorbell } from './etcd-doorbell.js';
import type { Topology } from './topology.js';
import { MalformedTopology } from './topology-json.js';
import {
  assembleTopology,
  changeTopology,
  parseRoot,
  type TopologyChange,
  type TopologyRoot,
} from './topology-parts.js';
import { type ControllerSeat, type TopologyStore, TopologyStoreError } from './topology-store.js';
import { TopologyWatchers } from './topology-watchers.js';

const ROOT = 'topology/root';
const PARTS = 'topology/part/';
const CLOCK = 'clock';
/** How long a close waits for calls under way: etcd may be away. */
const CLOSE_MS_MAX = 2_000;
/** Attempts to raise the clock's mark: each is lost only to another coordinator that raised it. */
const MARK_ATTEMPTS_MAX = 32;

export interface EtcdStoreParts {
  clock: Clock;
  random: Random;
  /** Names this coordinator for good: it is given the same id again after a restart. */
  holder: string;
}

interface Known {
  topology: Topology;
  root: TopologyRoot;
  revision: number;
}

export class EtcdTopologyStore implements TopologyStore {
  readonly isShared = true;
  readonly connection: EtcdConnection;
  readonly #cells: EtcdCells;
  readonly #parts: EtcdStoreParts;
  readonly #watchers = new TopologyWatchers();
  readonly #onClosed: () => Promise<void>;
  readonly #underWay = new Set<Promise<unknown>>();
  #known: Known | undefined;
  #doorbell: EtcdDoorbell | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    connection: EtcdConnection,
    parts: EtcdStoreParts,
    onClosed: () => Promise<void>,
  ) {
    this.connection = connection;
    this.#onClosed = onClosed;
    this.#cells = new EtcdCells(connection);
    this.#parts = parts;
  }

  /**
   * Rejects with a {@link TopologyStoreError}: `unavailable` when no member answers, `corrupt` or
   * `failed`. `onClosed` is called at the end of `close`, and not when this rejects.
   */
  static async open(
    options: EtcdOptions,
    parts: EtcdStoreParts,
    onClosed: () => Promise<void> = async () => {},
  ): Promise<EtcdTopologyStore> {
    const connection = new EtcdConnection(options, parts.clock);
    const store = new EtcdTopologyStore(connection, parts, onClosed);
    try {
      await store.#refresh();
      await store.#sweep();
      return store;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  load(): Promise<Topology | undefined> {
    return this.#track(() => this.#refresh());
  }

  compareAndSwap(expectedEpoch: Epoch | undefined, next: Topology): Promise<boolean> {
    return this.#track(async () => {
      invariant(next.epoch > (expectedEpoch ?? -1), `epoch ${next.epoch} is not newer`);
      if (this.#known?.root.epoch !== expectedEpoch) await this.#refresh();
      const before = this.#known;
      if (before?.root.epoch !== expectedEpoch) return false;
      const stamp = `${next.epoch}-${randomHex(this.#parts.random, 8)}`;
      const change = changeTopology(before?.root, next, stamp);
      const isDone = await this.#swap(before?.revision ?? 0, change);
      if (isDone) await this.#refresh().catch(() => undefined);
      return isDone;
    });
  }

  watch(listener: (topology: Topology) => void): () => void {
    this.#checkOpen();
    this.#doorbell ??= new EtcdDoorbell(this.connection, ROOT, this.#parts.clock, () => {
      // What cannot be read now is read with the next ring, or the next look.
      void this.load().catch(() => undefined);
    });
    return this.#watchers.add(listener);
  }

  takeController(ttlMs: number): Promise<ControllerSeat | undefined> {
    const { connection } = this;
    return this.#track(() => takeEtcdSeat(connection, this.#cells, this.#parts.holder, ttlMs));
  }

  claimCoordinatorId(): Promise<number> {
    return this.#track(() => claimCoordinatorId(this.#cells, this.#parts.holder));
  }

  saveClockMark(mark: Version): Promise<void> {
    return this.#track(async () => {
      for (let attempt = 0; attempt < MARK_ATTEMPTS_MAX; attempt += 1) {
        const found = await this.#cells.read(CLOCK);
        if (found !== undefined && BigInt(found.text) >= mark) return;
        const expect = [{ key: CLOCK, revision: found?.revision ?? 0 }];
        const puts = new Map([[CLOCK, mark.toString()]]);
        if (await this.#cells.change({ expect, puts, deletes: [] })) return;
      }
      throw new TopologyStoreError('unavailable', 'the clock mark changed again and again');
    });
  }

  loadClockMark(): Promise<Version> {
    return this.#track(async () => {
      const found = await this.#cells.read(CLOCK);
      return found === undefined ? NO_VERSION : BigInt(found.text);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.#watchers.clear();
    this.#doorbell?.close();
    const finished = Promise.allSettled(this.#underWay);
    await Promise.race([finished, delay(this.#parts.clock, CLOSE_MS_MAX)]);
    this.connection.close();
    await this.#onClosed();
  }

  /** Reads the root, and the parts when it is another one than before. */
  async #refresh(): Promise<Topology | undefined> {
    const cell = await this.#cells.read(ROOT);
    if (cell === undefined) return this.#known?.topology;
    if (cell.revision <= (this.#known?.revision ?? 0)) return this.#known?.topology;
    const cells = await this.#cells.readAll('topology/');
    const root = cells.find(({ key }) => key === ROOT);
    if (root === undefined) throw new TopologyStoreError('corrupt', 'the topology vanished');
    // Meanwhile another call may have read a newer one.
    if (root.revision > (this.#known?.revision ?? 0)) this.#know(root, cells);
    return this.#known?.topology;
  }

  #know(cell: EtcdCell, cells: readonly EtcdCell[]): void {
    try {
      const root = parseRoot(cell.text);
      const texts = new Map(cells.map(({ key, text }) => [key.slice(PARTS.length), text]));
      const topology = assembleTopology(root, texts);
      this.#known = { topology, root, revision: cell.revision };
      this.#watchers.publish(topology);
    } catch (error) {
      if (!(error instanceof MalformedTopology)) throw error;
      throw new TopologyStoreError('corrupt', `the topology in etcd: ${error.message}`, error);
    }
  }

  async #swap(revision: number, { root, puts, deletes }: TopologyChange): Promise<boolean> {
    const rootText = JSON.stringify(root);
    if (Buffer.byteLength(rootText) > CHANGE_BYTES_MAX) {
      throw new TopologyStoreError(
        'failed',
        `the topology has ${root.parts.length} parts: too many`,
      );
    }
    const groups = grouped(puts, Buffer.byteLength(rootText));
    const last = groups.pop() ?? new Map<string, string>();
    for (const group of groups) {
      await this.#cells.change({ puts: group, deletes: [] });
    }
    const deletesNow = deletes.slice(0, OPERATIONS_MAX - last.size - 1).map((key) => PARTS + key);
    const change = {
      expect: [{ key: ROOT, revision }],
      puts: new Map([...last, [ROOT, rootText] as const]),
      deletes: deletesNow,
    };
    let isInDoubt = false;
    const isDone = await this.#cells.change(change, () => {
      isInDoubt = true;
    });
    const isOurs = isDone || (isInDoubt && (await this.#isInForce(root)));
    const leftovers = isOurs
      ? deletes.slice(deletesNow.length).map((key) => PARTS + key)
      : groups.flatMap((group) => [...group.keys()]);
    await this.#remove(leftovers);
    return isOurs;
  }

  /** After a doubtful attempt: was it this change that was made? */
  async #isInForce({ stamp, epoch }: TopologyRoot): Promise<boolean> {
    const cell = await this.#cells.read(ROOT);
    const found = cell === undefined ? undefined : parseRoot(cell.text);
    if (found === undefined || found.stamp === stamp) return found !== undefined;
    if (found.epoch <= epoch) return false;
    throw new TopologyStoreError(
      'unavailable',
      'etcd did not say whether the topology was changed',
    );
  }

  /** Takes away parts that no root names: left by a coordinator that ended in the middle of a change. */
  async #sweep(): Promise<void> {
    const known = this.#known;
    if (known === undefined) return;
    const used = new Set(known.root.parts.map(({ key }) => PARTS + key));
    const found = await this.#cells.readAll(PARTS, true);
    // Written before the root in force was: whoever wrote them expects an older one, in vain.
    const isOrphan = ({ key, createRevision }: EtcdCell) =>
      !used.has(key) && createRevision < known.revision;
    await this.#remove(found.filter(isOrphan).map(({ key }) => key));
  }

  /** Nobody names these; what stays behind is taken away at the next start. */
  async #remove(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += OPERATIONS_MAX) {
      const deletes = keys.slice(start, start + OPERATIONS_MAX);
      await this.#cells.change({ puts: new Map(), deletes }).catch(() => undefined);
    }
  }

  #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    const running = work();
    const over = () => this.#underWay.delete(running);
    this.#underWay.add(running);
    running.then(over, over);
    return running;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }
}

/** Puts in groups that fit a transaction, the last one together with the root. */
function grouped(puts: ReadonlyMap<string, string>, rootBytes: number): Map<string, string>[] {
  const groups: Map<string, string>[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [key, text] of puts) {
    const size = PARTS.length + key.length + Buffer.byteLength(text);
    const last = groups.at(-1);
    if (last === undefined || last.size >= OPERATIONS_MAX / 2 || bytes + size > CHANGE_BYTES_MAX) {
      groups.push(new Map([[PARTS + key, text]]));
      bytes = rootBytes + size;
    } else {
      last.set(PARTS + key, text);
      bytes += size;
    }
  }
  return groups;
}

function closedError(): TopologyStoreError {
  return new TopologyStoreError('unavailable', 'the topology store is closed');
}
