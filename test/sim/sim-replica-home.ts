/**
 * The replicas of one simulated node: its disks and graph files, which outlive its process. The node
 * above is the production's; what takes time spends it on the node's clock.
 */
import { type ExactGraphFile, ExactGraphKit } from '../../shards/exact-graph-kit.js';
import { GraphBuildQueue } from '../../shards/graph-build-queue.js';
import { graphUpkeepDefaults } from '../../shards/graph-upkeep.js';
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import { Partition } from '../../shards/partition.js';
import type { PartitionLimits } from '../../shards/partition-limits.js';
import { type ReplicaHome, replicaName } from '../../shards/replica-set.js';
import type { Scheduler } from '../../shards/scheduler.js';
import { MemoryPartitionStore } from '../../shards/store/memory-partition-store.js';
import { type PartitionStore, StoreError } from '../../shards/store/partition-store.js';
import { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import type { Clock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { NodePlan, SimPlan } from './fault-plan.js';
import type { SimProcess } from './sim-process.js';
import { slowReads } from './slow-reads.js';

/** Graphs are saved and built anew often, so that runs meet it. */
const limits: PartitionLimits = {
  ...graphUpkeepDefaults,
  flatFloatsMax: 0,
  searchedFlatFloatsMax: 0,
  openingFlatFloatsMax: 40,
  rebuildRemovedCountMin: 20,
  buildPendingCountMin: 20,
  saveChangeCountMin: 40,
  saveQuietChangeCountMin: 10,
};

interface Keep {
  disk: SimulatedDisk;
  graphFile: ExactGraphFile;
}

/** What planted bugs may put in place of a part. */
export interface StoreParts {
  makeDisk(clock: Clock, syncMs: number): SimulatedDisk;
  makeStore(disk: SimulatedDisk, dimension: number): PartitionStore;
  /** `key`: collection and number. */
  partition(partition: Partition, key: string): Partition;
  /** May a replica that is not there be made, empty, although the assignment does not say so? */
  makesMissing: boolean;
}

export const soundStoreParts: StoreParts = {
  makeDisk: (clock, syncMs) => new SimulatedDisk(clock, { syncMs }),
  makeStore: (disk, dimension) => new MemoryPartitionStore(disk, dimension),
  partition: (partition) => partition,
  makesMissing: false,
};

/** What outlives a node's process. */
export class SimDisks {
  readonly #kept = new Map<string, Keep>();
  readonly #diskClock: Clock;
  readonly #plan: NodePlan;
  readonly #spend: (ms: number) => void;
  readonly #parts: StoreParts;
  readonly #tombstoneGraceMs: number;
  #isFull = false;

  constructor(
    diskClock: Clock,
    { node, cluster }: SimPlan,
    spend: (ms: number) => void,
    parts: StoreParts,
  ) {
    this.#diskClock = diskClock;
    this.#plan = node;
    this.#tombstoneGraceMs = cluster.tombstoneGraceMs;
    this.#spend = spend;
    this.#parts = parts;
  }

  disk(name: string): SimulatedDisk | undefined {
    return this.#kept.get(name)?.disk;
  }

  names(): string[] {
    return [...this.#kept.keys()];
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  set isFull(isFull: boolean) {
    this.#isFull = isFull;
    for (const { disk } of this.#kept.values()) disk.isFull = isFull;
  }

  failNextSync(): void {
    for (const { disk } of this.#kept.values()) disk.failNextSync();
  }

  /** Damages one of all rows, if there is any. */
  damageRow(pick: number): void {
    const rows = [...this.#kept.values()].flatMap(({ disk }) =>
      [...disk.seqs()].map((seq) => ({ disk, seq })),
    );
    const row = rows[Math.floor(pick * rows.length)];
    row?.disk.damageRow(row.seq);
  }

  /** All is gone. The process must be dead. */
  wipe(): void {
    this.#kept.clear();
  }

  repair(): void {
    this.#isFull = false;
    for (const { disk } of this.#kept.values()) disk.repair();
  }

  crash(keepsUnsynced: boolean): void {
    for (const { disk } of this.#kept.values()) disk.crash(keepsUnsynced);
  }

  /** The home as one process of the node has it. */
  home(process: SimProcess, scheduler: Scheduler): ReplicaHome {
    const builds = new GraphBuildQueue();
    return {
      names: () => this.names(),
      remove: (name) => void this.#kept.delete(name),
      salvage: async ({ collection, partition }) => {
        const keep = this.#kept.get(replicaName(collection, partition));
        keep?.disk.forgetDamaged();
        if (keep !== undefined) keep.graphFile = {};
      },
      open: (assignment) => this.#open(assignment, process, scheduler, builds),
    };
  }

  async #open(
    assignment: ReplicaAssignment,
    process: SimProcess,
    scheduler: Scheduler,
    builds: GraphBuildQueue,
  ): Promise<Partition> {
    const { collection, partition, dimension, metric } = assignment;
    const { disk, graphFile } = this.#keep(assignment);
    const { saveMs, buildMs, insertMs, rowReadMs } = this.#plan;
    const onAdd = () => this.#spend(insertMs);
    const options = { saveMs, buildMs, onAdd };
    const sound = this.#parts.makeStore(disk, dimension);
    const store = slowReads(sound, () => this.#spend(rowReadMs));
    const opened = await Partition.open({
      collection,
      partition,
      dimension,
      metric,
      store,
      kit: new ExactGraphKit(process, dimension, metric, graphFile, options),
      builds,
      clock: process,
      scheduler,
      logger: silentLogger,
      limits,
      tombstoneGraceMs: this.#tombstoneGraceMs,
    });
    return this.#parts.partition(opened, `${collection}/${partition}`);
  }

  #keep({ collection, partition, create }: ReplicaAssignment): Keep {
    const name = replicaName(collection, partition);
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    if (!create && !this.#parts.makesMissing)
      throw new StoreError('missing', `there is no store ${name}`);
    const disk = this.#parts.makeDisk(this.#diskClock, this.#plan.syncMs);
    disk.isFull = this.#isFull;
    const keep: Keep = { disk, graphFile: {} };
    this.#kept.set(name, keep);
    return keep;
  }
}
