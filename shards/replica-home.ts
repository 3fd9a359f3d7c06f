import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../src/base/clock.js';
import type { Logger } from '../src/base/logger.js';
import { GraphBuildQueue } from './graph-build-queue.js';
import { HnswGraphKit } from './hnsw-graph-kit.js';
import type { ReplicaAssignment } from './link-handler.js';
import { Partition } from './partition.js';
import type { PartitionLimits } from './partition-limits.js';
import { isReplicaName, type ReplicaHome, replicaName } from './replica-set.js';
import type { Scheduler } from './scheduler.js';
import { type OpenStoreOptions, openPartitionStore } from './store/open-store.js';

/** Replicas on disk: a folder each, with the store in `store/` and the graph's files beside it. */
export class DiskReplicaHome implements ReplicaHome {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #logger: Logger;
  readonly #limits: PartitionLimits;
  readonly #builds = new GraphBuildQueue();
  readonly #storeOptions: Pick<OpenStoreOptions, 'plantedNoSync'>;

  constructor(
    directory: string,
    clock: Clock,
    scheduler: Scheduler,
    logger: Logger,
    limits: PartitionLimits,
    storeOptions: Pick<OpenStoreOptions, 'plantedNoSync'> = {},
  ) {
    this.#directory = directory;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#logger = logger;
    this.#limits = limits;
    this.#storeOptions = storeOptions;
  }

  async open(assignment: ReplicaAssignment): Promise<Partition> {
    const { collection, partition, dimension, metric, m, efConstruction, create } = assignment;
    const folder = join(this.#directory, replicaName(collection, partition));
    const clock = this.#clock;
    const directory = join(folder, 'store');
    const identity = { collection, partition, dimension };
    const place = { ...identity, directory, create, clock };
    const store = await openPartitionStore({ ...place, ...this.#storeOptions });
    try {
      const graphSpec = { dimension, metric, m, efConstruction };
      return await Partition.open({
        ...identity,
        metric,
        store,
        kit: new HnswGraphKit(graphSpec, join(folder, 'graph'), clock),
        builds: this.#builds,
        clock,
        scheduler: this.#scheduler,
        logger: this.#logger,
        limits: this.#limits,
      });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  names(): string[] {
    if (!existsSync(this.#directory)) return [];
    return readdirSync(this.#directory).filter(isReplicaName);
  }

  remove(name: string): void {
    rmSync(join(this.#directory, name), { recursive: true, force: true });
  }
}
