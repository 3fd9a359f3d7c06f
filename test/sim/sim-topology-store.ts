import { type Clock, delay } from '../../src/base/clock.js';
import type { Epoch } from '../../src/base/ids.js';
import type { Version } from '../../src/base/version.js';
import type { Topology } from '../../src/coordinator/topology/topology.js';
import type { TopologyStore } from '../../src/coordinator/topology/topology-store.js';
import { TopologyWatchers } from '../../src/coordinator/topology/topology-watchers.js';
import type { SimEtcd } from './sim-etcd.js';

/** The only coordinator. */
const HOLDER = 0;

/**
 * An embedded topology store as its process has it: every call takes time before and after it happens,
 * so that a crash can fall on either side.
 */
export class SimTopologyStore implements TopologyStore {
  readonly isShared = false;
  readonly #cells: SimEtcd;
  readonly #clock: Clock;
  readonly #syncMs: number;
  readonly #watchers = new TopologyWatchers();

  constructor(cells: SimEtcd, clock: Clock, syncMs: number) {
    this.#cells = cells;
    this.#clock = clock;
    this.#syncMs = syncMs;
    if (cells.topology !== undefined) this.#watchers.publish(cells.topology);
    cells.observe((_, after) => this.#watchers.publish(after));
  }

  load(): Promise<Topology | undefined> {
    return this.#slowly(() => this.#cells.topology);
  }

  compareAndSwap(expected: Epoch | undefined, next: Topology): Promise<boolean> {
    return this.#slowly(() => this.#cells.compareAndSwap(expected, next, HOLDER));
  }

  watch(listener: (topology: Topology) => void): () => void {
    return this.#watchers.add(listener);
  }

  async takeController(): Promise<undefined> {}

  claimCoordinatorId(): Promise<number> {
    return this.#slowly(() => this.#cells.idOf(HOLDER));
  }

  saveClockMark(mark: Version): Promise<void> {
    return this.#slowly(() => this.#cells.raiseClockMark(mark));
  }

  loadClockMark(): Promise<Version> {
    return this.#slowly(() => this.#cells.clockMark);
  }

  async close(): Promise<void> {
    this.#watchers.clear();
  }

  async #slowly<T>(call: () => T): Promise<T> {
    await delay(this.#clock, this.#syncMs / 2);
    const answer = call();
    await delay(this.#clock, this.#syncMs / 2);
    return answer;
  }
}
