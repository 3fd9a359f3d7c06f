/**
 * The embedded topology store: one LMDB environment in the coordinator's data directory, for one
 * coordinator. A second process is refused by the directory's lock, which a killed one lets go of.
 *
 * A change is answered for when its commit is flushed to disk. Each commit keeps the topology that it
 * replaces beside the new one, and all records carry checksums, so what is wrong can be told: a
 * damaged record, a record that is lost, or another format. None of these is ever repaired in
 * silence: going back to the topology before would bring back replicas that were taken out because
 * they miss acknowledged writes. The error says whether the one before is whole.
 *
 * Like a partition's store it is made beside its place and renamed into it once complete, so a
 * directory that exists is never taken for a new one.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type DirectoryLock, lockDirectory } from '../../base/directory-lock.js';
import type { Epoch } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import { syncDirectory } from '../../base/sync-directory.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import {
  openTopologyEnvironment,
  type TopologyEnvironment,
  topologyStoreError,
} from './lmdb-topology-environment.js';
import type { Topology } from './topology.js';
import { parseTopology, serializeTopology } from './topology-json.js';
import { type ControllerSeat, type TopologyStore, TopologyStoreError } from './topology-store.js';
import { TopologyWatchers } from './topology-watchers.js';

/** Raised when an older release could misread what a newer one writes. */
export const TOPOLOGY_STORE_FORMAT = 1;

/** Of the data directory. */
const FOLDER = 'topology';

export class LmdbTopologyStore implements TopologyStore {
  readonly isShared = false;
  readonly #environment: TopologyEnvironment;
  readonly #lock: DirectoryLock;
  readonly #watchers = new TopologyWatchers();
  #topology: Topology | undefined;
  #clockMark: Version;
  /** Changes run one after the other; this is the end of the last one. */
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(environment: TopologyEnvironment, lock: DirectoryLock) {
    this.#environment = environment;
    this.#lock = lock;
    this.#topology = readTopology(environment);
    this.#clockMark = BigInt(environment.read('clock') ?? NO_VERSION.toString());
    if (this.#topology !== undefined) this.#watchers.publish(this.#topology);
  }

  /**
   * Opens the store in the coordinator's data directory, which is locked until `close`; makes both
   * where there are none. Rejects with a {@link TopologyStoreError}: `unavailable` when another
   * process has the directory, `corrupt`, or `failed`.
   */
  static async open(dataDirectory: string): Promise<LmdbTopologyStore> {
    const lock = await lockDirectory(dataDirectory).catch((error: Error) => {
      const isHeld = error.name === 'DirectoryLockedError';
      throw new TopologyStoreError(isHeld ? 'unavailable' : 'failed', error.message, error);
    });
    let environment: TopologyEnvironment | undefined;
    try {
      const folder = join(resolve(dataDirectory), FOLDER);
      if (!existsSync(folder)) await makeStore(folder);
      // Its name may be what a process left that was killed while it made it.
      else syncDirectory(dirname(folder));
      environment = openTopologyEnvironment(folder, false);
      checkFormat(environment);
      return new LmdbTopologyStore(environment, lock);
    } catch (error) {
      await environment?.close();
      await lock.release();
      throw topologyStoreError(error, `cannot open the topology store in ${dataDirectory}`);
    }
  }

  async load(): Promise<Topology | undefined> {
    this.#checkOpen();
    return this.#topology;
  }

  async compareAndSwap(expectedEpoch: Epoch | undefined, next: Topology): Promise<boolean> {
    this.#checkOpen();
    invariant(next.epoch > (expectedEpoch ?? -1), `epoch ${next.epoch} is not newer`);
    return this.#inTurn(async () => {
      const before = this.#topology;
      if (before?.epoch !== expectedEpoch) return false;
      const text = serializeTopology(next);
      const stored = parseTopology(text);
      await this.#commit({
        ...(before === undefined ? {} : { previous: serializeTopology(before) }),
        topology: text,
        epoch: String(next.epoch),
      });
      this.#topology = stored;
      this.#watchers.publish(stored);
      return true;
    });
  }

  watch(listener: (topology: Topology) => void): () => void {
    this.#checkOpen();
    return this.#watchers.add(listener);
  }

  /** Always: the lock sees to it that there is one coordinator. */
  async takeController(): Promise<ControllerSeat> {
    this.#checkOpen();
    return { renew: async () => true, release: async () => {} };
  }

  /** Always 0: the lock sees to it that there is one coordinator. */
  async claimCoordinatorId(): Promise<number> {
    this.#checkOpen();
    return 0;
  }

  async saveClockMark(mark: Version): Promise<void> {
    this.#checkOpen();
    await this.#inTurn(async () => {
      if (mark <= this.#clockMark) return;
      await this.#commit({ clock: mark.toString() });
      this.#clockMark = mark;
    });
  }

  async loadClockMark(): Promise<Version> {
    this.#checkOpen();
    return this.#clockMark;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.#watchers.clear();
    await this.#tail;
    await this.#environment.close();
    await this.#lock.release();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #commit(records: Record<string, string>): Promise<void> {
    await this.#environment.commit(records).catch((error) => {
      throw topologyStoreError(error, 'a change of the topology store failed');
    });
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return;
    throw new TopologyStoreError('unavailable', 'the topology store is closed');
  }
}

async function makeStore(folder: string): Promise<void> {
  const nursery = `${folder}.new`;
  rmSync(nursery, { recursive: true, force: true });
  mkdirSync(nursery, { recursive: true });
  const environment = openTopologyEnvironment(nursery, true);
  try {
    await environment.commit({ format: String(TOPOLOGY_STORE_FORMAT) });
  } finally {
    await environment.close();
  }
  syncDirectory(nursery);
  renameSync(nursery, folder);
  syncDirectory(dirname(folder));
}

function checkFormat(environment: TopologyEnvironment): void {
  const format = environment.read('format');
  if (format === undefined) throw new TopologyStoreError('corrupt', 'the format record is lost');
  if (format === String(TOPOLOGY_STORE_FORMAT)) return;
  throw new TopologyStoreError(
    'failed',
    `it has format ${format}, and this release reads ${TOPOLOGY_STORE_FORMAT}`,
  );
}

function readTopology(environment: TopologyEnvironment): Topology | undefined {
  const epoch = environment.read('epoch');
  try {
    const topology = readRecord(environment, 'topology');
    if (topology === undefined && epoch === undefined) return undefined;
    if (topology === undefined) throw new Error(`the topology of epoch ${epoch} is lost`);
    if (String(topology.epoch) === epoch) return topology;
    throw new Error(`the topology is of epoch ${topology.epoch}, but epoch ${epoch} was stored`);
  } catch (error) {
    const { message } = error as Error;
    throw new TopologyStoreError('corrupt', `${message}; ${previousNote(environment)}`, error);
  }
}

function readRecord(environment: TopologyEnvironment, key: string): Topology | undefined {
  const text = environment.read(key);
  return text === undefined ? undefined : parseTopology(text);
}

function previousNote(environment: TopologyEnvironment): string {
  try {
    const previous = readRecord(environment, 'previous');
    if (previous === undefined) return 'there is none before it';
    return `the one before it, of epoch ${previous.epoch}, is whole but out of date`;
  } catch {
    return 'the one before it is damaged too';
  }
}
