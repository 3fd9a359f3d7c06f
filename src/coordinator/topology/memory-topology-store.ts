/**
 * A topology store in memory, for tests and the simulation. Several coordinators can share one: each
 * has its own `MemoryTopologyStore` over one `MemoryTopologyCells`, which outlives them as a disk
 * would. Topologies pass through their JSON, so that what could not be stored shows here too.
 */
import type { Epoch } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { Topology } from './topology.js';
import { parseTopology, serializeTopology } from './topology-json.js';
import { type ControllerSeat, type TopologyStore, TopologyStoreError } from './topology-store.js';
import { TopologyWatchers } from './topology-watchers.js';

/** What all stores over it share. */
export class MemoryTopologyCells {
  topology: Topology | undefined;
  clockMark: Version = NO_VERSION;
  readonly coordinatorIds = new Set<number>();
  /** Who has the controller's seat. */
  controller: MemoryTopologyStore | undefined;
  readonly watcherGroups = new Set<TopologyWatchers>();
}

export class MemoryTopologyStore implements TopologyStore {
  readonly isShared = true;
  readonly #cells: MemoryTopologyCells;
  readonly #watchers = new TopologyWatchers();
  #coordinatorId: number | undefined;
  #isClosed = false;

  constructor(cells: MemoryTopologyCells = new MemoryTopologyCells()) {
    this.#cells = cells;
    cells.watcherGroups.add(this.#watchers);
    if (cells.topology !== undefined) this.#watchers.publish(cells.topology);
  }

  async load(): Promise<Topology | undefined> {
    this.#checkOpen();
    return this.#cells.topology;
  }

  async compareAndSwap(expectedEpoch: Epoch | undefined, next: Topology): Promise<boolean> {
    this.#checkOpen();
    invariant(next.epoch > (expectedEpoch ?? -1), `epoch ${next.epoch} is not newer`);
    if (this.#cells.topology?.epoch !== expectedEpoch) return false;
    const stored = parseTopology(serializeTopology(next));
    this.#cells.topology = stored;
    for (const group of this.#cells.watcherGroups) group.publish(stored);
    return true;
  }

  watch(listener: (topology: Topology) => void): () => void {
    this.#checkOpen();
    return this.#watchers.add(listener);
  }

  /** Not taken from a holder that does not renew it, but from one that has closed its store. */
  async takeController(): Promise<ControllerSeat | undefined> {
    this.#checkOpen();
    const cells = this.#cells;
    if (cells.controller !== undefined) return undefined;
    cells.controller = this;
    return {
      renew: async () => {
        this.#checkOpen();
        return cells.controller === this;
      },
      release: async () => this.#leaveController(),
    };
  }

  async claimCoordinatorId(): Promise<number> {
    this.#checkOpen();
    if (this.#coordinatorId === undefined) {
      let id = 0;
      while (this.#cells.coordinatorIds.has(id)) id += 1;
      this.#cells.coordinatorIds.add(id);
      this.#coordinatorId = id;
    }
    return this.#coordinatorId;
  }

  async saveClockMark(mark: Version): Promise<void> {
    this.#checkOpen();
    if (mark > this.#cells.clockMark) this.#cells.clockMark = mark;
  }

  async loadClockMark(): Promise<Version> {
    this.#checkOpen();
    return this.#cells.clockMark;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watchers.clear();
    this.#cells.watcherGroups.delete(this.#watchers);
    this.#leaveController();
    if (this.#coordinatorId !== undefined) this.#cells.coordinatorIds.delete(this.#coordinatorId);
  }

  #leaveController(): void {
    if (this.#cells.controller === this) this.#cells.controller = undefined;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new TopologyStoreError('unavailable', 'the topology store is closed');
  }
}
