import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../src/base/clock.js';
import type { Logger } from '../src/base/logger.js';
import { syncDirectory } from '../src/base/sync-directory.js';
import { GraphBuildQueue } from './graph-build-queue.js';
import { HnswGraphKit } from './hnsw-graph-kit.js';
import type { ReplicaAssignment } from './link-handler.js';
import { Partition } from './partition.js';
import type { PartitionLimits } from './partition-limits.js';
import { isReplicaName, type ReplicaHome, replicaName } from './replica-set.js';
import type { Scheduler } from './scheduler.js';
import { type OpenStoreOptions, openPartitionStore } from './store/open-store.js';
import { salvageStore } from './store/salvage-store.js';

export interface DiskReplicaHomeOptions {
  directory: string;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
  limits: PartitionLimits;
  tombstoneGraceMs: number;
  storeOptions?: Pick<OpenStoreOptions, 'plantedNoSync'>;
}

/** Of folders beside those of replicas. */
const SALVAGED = '.salvaged-';
const DAMAGED = '.damaged-';

/** Replicas on disk: a folder each, with the store in `store/` and the graph's files beside it. */
export class DiskReplicaHome implements ReplicaHome {
  readonly #options: DiskReplicaHomeOptions;
  readonly #builds = new GraphBuildQueue();

  constructor(options: DiskReplicaHomeOptions) {
    this.#options = options;
    this.#finishSalvages();
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

  async salvage({ collection, partition, dimension }: ReplicaAssignment): Promise<void> {
    const { directory, clock, logger } = this.#options;
    const name = replicaName(collection, partition);
    const aside = join(directory, `${SALVAGED}${name}`);
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside);
    const place = { collection, partition, dimension, directory: join(aside, 'store') };
    const to = { ...place, create: true, clock };
    const salvaged = await salvageStore(join(directory, name, 'store'), to);
    logger.error({ collection, partition, ...salvaged }, 'what can be read of a replica is kept');
    if (salvaged === undefined) {
      rmSync(aside, { recursive: true, force: true });
      this.remove(name);
      return;
    }
    renameSync(join(directory, name), join(directory, `${DAMAGED}${name}`));
    syncDirectory(directory);
    this.#finishSalvages();
  }

  /** A damaged replica is put away when what was salvaged of it is complete, to be in its place. */
  #finishSalvages(): void {
    const { directory } = this.#options;
    if (!existsSync(directory)) return;
    for (const damaged of readdirSync(directory)) {
      if (!damaged.startsWith(DAMAGED)) continue;
      const name = damaged.slice(DAMAGED.length);
      const salvaged = join(directory, `${SALVAGED}${name}`);
      if (existsSync(salvaged)) renameSync(salvaged, join(directory, name));
      syncDirectory(directory);
      this.remove(damaged);
    }
    // What is left was never complete.
    for (const name of readdirSync(directory)) if (name.startsWith(SALVAGED)) this.remove(name);
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
