/** A shard node as its process runs it, on a real folder, without the network in front. */
import { partitionLimitDefaults } from '../../shards/config.js';
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import { openNodeDirectory } from '../../shards/node-directory.js';
import { DiskReplicaHome } from '../../shards/replica-home.js';
import { ReplicaSet } from '../../shards/replica-set.js';
import { Scheduler, schedulerDefaults } from '../../shards/scheduler.js';
import { ShardNode } from '../../shards/shard-node.js';
import type { Logger } from '../../src/base/logger.js';
import { systemClock } from '../../src/base/system-clock.js';
import { TOMBSTONE_GRACE_MS } from '../../src/base/tombstone-horizon.js';
import type { LinkReply, LinkRequest } from '../../src/wire/link-messages.js';
import { noPeer } from '../support/no-peer.js';
import { COLLECTION, DIMENSION } from './workload.js';

export interface RealNode {
  node: ShardNode;
  ask(request: LinkRequest): Promise<LinkReply>;
  stop(): Promise<void>;
}

/** Graphs are saved and rebuilt far more often than anyone would in earnest. */
const limits = {
  ...partitionLimitDefaults,
  rebuildRemovedRatio: 0.3,
  rebuildRemovedCountMin: 60,
  saveChangeCountMin: 40,
  saveChangeRatio: 0.2,
};

const STOP_MS = 20_000;

export async function openRealNode(
  path: string,
  logger: Logger,
  plantedNoSync = false,
): Promise<RealNode> {
  const directory = await openNodeDirectory(path, 'n1');
  const scheduler = new Scheduler(systemClock, schedulerDefaults);
  const home = new DiskReplicaHome({
    directory: directory.replicasPath,
    ...{ clock: systemClock, scheduler, logger, limits },
    tombstoneGraceMs: TOMBSTONE_GRACE_MS,
    storeOptions: { plantedNoSync },
  });
  const node = new ShardNode({
    clock: systemClock,
    logger,
    scheduler,
    replicas: new ReplicaSet(home, logger),
    record: directory.record,
    saveRecord: directory.saveRecord,
    connectPeer: noPeer,
  });
  return {
    node,
    ask: (request) =>
      new Promise((resolve) => {
        node.handle(request, Number.POSITIVE_INFINITY, (reply) => resolve(reply));
      }),
    async stop() {
      await node.stop(STOP_MS);
      await directory.lock.release();
    },
  };
}

export function assignmentOf(
  partition: number,
  generation: number,
  create: boolean,
): ReplicaAssignment {
  const graph = { dimension: DIMENSION, metric: 'l2' as const, m: 8, efConstruction: 32 };
  return { collection: COLLECTION, partition, generation, ...graph, create };
}
