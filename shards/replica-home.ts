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

export interface DiskReplicaHomeOptions {
  directory: string;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
  limits: PartitionLimits;
  tombstoneGraceMs: number;
  storeOptions?: Pick<OpenStoreOptions, 'plantedNoSync'>;
}

/** Replicas on disk: a folder each, with the store in `store/` and the graph's files beside it. */
export class DiskReplicaHome implements ReplicaHome {
  readonly #options: DiskReplicaHomeOptions;
  readonly #builds = new GraphBuildQueue();

  constructor(options: DiskReplicaHomeOptions) {
    this.#options = options;
  }

  async open(assignment: ReplicaAssignment): Promise<Partition> {
    const { collection, partition, dimension, metric, m, efConstruction, create } = assignment;
    const { clock, storeOptions, ...shared } = this.#options;
    const folder = join(this.#options.directory, replicaName(collection, partition));
    const directory = join(folder, 'store');
    const identity = { collection, partition, dimension };
    const place = { ...identity, directory, create, clock };
    const store = await openPartitionStore({ ...place, ...storeOptions });
    try {
      const graphSpec = { dimension, metric, m, efConstruction };
      return await Partition.open({
        ...shared,
        ...identity,
        metric,
        store,
        kit: new HnswGraphKit(graphSpec, join(folder, 'graph'), clock),
        builds: this.#builds,
        clock,
      });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  names(): string[] {
    const { directory } = this.#options;
    if (!existsSync(directory)) return [];
    return readdirSync(directory).filter(isReplicaName);
  }

  remove(name: string): void {
    rmSync(join(this.#options.directory, name), { recursive: true, force: true });
  }
}
