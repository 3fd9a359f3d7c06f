import { type ExactGraphFile, ExactGraphKit } from '../../shards/exact-graph-kit.js';
import { GraphBuildQueue } from '../../shards/graph-build-queue.js';
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import { Partition } from '../../shards/partition.js';
import type { PartitionLimits } from '../../shards/partition-limits.js';
import { type ReplicaHome, replicaName } from '../../shards/replica-set.js';
import type { Scheduler } from '../../shards/scheduler.js';
import { MemoryPartitionStore } from '../../shards/store/memory-partition-store.js';
import { StoreError } from '../../shards/store/partition-store.js';
import { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import type { Clock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { TOMBSTONE_GRACE_MS } from '../../src/base/tombstone-horizon.js';

/** The disk of one simulated machine: what is in it outlives the process. */
export type SimulatedReplicas = Map<string, { disk: SimulatedDisk; graphFile: ExactGraphFile }>;

/** Replicas in memory, with exact graphs. */
export class MemoryReplicaHome implements ReplicaHome {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #replicas: SimulatedReplicas;
  readonly #limits: PartitionLimits;
  readonly #builds = new GraphBuildQueue();

  constructor(
    clock: Clock,
    scheduler: Scheduler,
    replicas: SimulatedReplicas,
    limits: PartitionLimits,
  ) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#replicas = replicas;
    this.#limits = limits;
  }

  async open(assignment: ReplicaAssignment): Promise<Partition> {
    const { collection, partition, dimension, metric, create } = assignment;
    const clock = this.#clock;
    const name = replicaName(collection, partition);
    if (create && !this.#replicas.has(name)) {
      this.#replicas.set(name, { disk: new SimulatedDisk(clock), graphFile: {} });
    }
    const replica = this.#replicas.get(name);
    if (replica === undefined) throw new StoreError('missing', `there is no ${name}`);
    return Partition.open({
      collection,
      partition,
      dimension,
      metric,
      store: new MemoryPartitionStore(replica.disk, dimension),
      kit: new ExactGraphKit(clock, dimension, metric, replica.graphFile),
      builds: this.#builds,
      clock,
      scheduler: this.#scheduler,
      logger: silentLogger,
      limits: this.#limits,
      tombstoneGraceMs: TOMBSTONE_GRACE_MS,
    });
  }

  names(): string[] {
    return [...this.#replicas.keys()];
  }

  async salvage({ collection, partition }: ReplicaAssignment): Promise<void> {
    const replica = this.#replicas.get(replicaName(collection, partition));
    replica?.disk.forgetDamaged();
    if (replica !== undefined) replica.graphFile = {};
  }

  remove(name: string): void {
    this.#replicas.delete(name);
  }
}
