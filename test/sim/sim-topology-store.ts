import { type Clock, delay } from '../../src/base/clock.js';
import type { Epoch } from '../../src/base/ids.js';
import type { Version } from '../../src/base/version.js';
import {
  type MemoryTopologyCells,
  MemoryTopologyStore,
} from '../../src/coordinator/topology/memory-topology-store.js';
import type { Topology } from '../../src/coordinator/topology/topology.js';
import type {
  ControllerSeat,
  TopologyStore,
} from '../../src/coordinator/topology/topology-store.js';

/**
 * The memory topology store as a process has it: every call takes time before and after it happens, so
 * that a crash can fall on either side.
 */
export class SimTopologyStore implements TopologyStore {
  readonly isShared = false;
  readonly #store: MemoryTopologyStore;
  readonly #clock: Clock;
  readonly #syncMs: number;

  constructor(cells: MemoryTopologyCells, clock: Clock, syncMs: number) {
    this.#store = new MemoryTopologyStore(cells);
    this.#clock = clock;
    this.#syncMs = syncMs;
  }

  load(): Promise<Topology | undefined> {
    return this.#slowly(() => this.#store.load());
  }

  compareAndSwap(expectedEpoch: Epoch | undefined, next: Topology): Promise<boolean> {
    return this.#slowly(() => this.#store.compareAndSwap(expectedEpoch, next));
  }

  watch(listener: (topology: Topology) => void): () => void {
    return this.#store.watch(listener);
  }

  takeController(): Promise<ControllerSeat | undefined> {
    return this.#slowly(() => this.#store.takeController());
  }

  claimCoordinatorId(): Promise<number> {
    return this.#slowly(() => this.#store.claimCoordinatorId());
  }

  saveClockMark(mark: Version): Promise<void> {
    return this.#slowly(() => this.#store.saveClockMark(mark));
  }

  loadClockMark(): Promise<Version> {
    return this.#slowly(() => this.#store.loadClockMark());
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #slowly<T>(call: () => Promise<T>): Promise<T> {
    await delay(this.#clock, this.#syncMs / 2);
    const answer = await call();
    await delay(this.#clock, this.#syncMs / 2);
    return answer;
  }
}
