/**
 * What is acknowledged is on the disk of every replica that the stored topology calls in sync: at the
 * acknowledgement, and ever after. Looked at directly, since a read would ask one of the replicas only.
 */
import { replicaName } from '../../../shards/replica-set.js';
import { partitionOf } from '../../../src/base/hash64.js';
import { versionWallMs } from '../../../src/base/version.js';
import { COLLECTION, type SimCluster } from '../sim-cluster.js';

/** Older tombstones are left out when a replica is made anew: others may have forgotten them already. */
const GRACE_RATIO_SURE = 0.35;

export function checkDurable(cluster: SimCluster, ids: Iterable<string>): void {
  const { storedTopology, history, nodes, violations, world, plan } = cluster;
  const collections = [...(storedTopology?.collections.values() ?? [])];
  const collection = collections.find(({ name }) => name === COLLECTION);
  if (collection === undefined) return;
  const sureMs = plan.cluster.tombstoneGraceMs * GRACE_RATIO_SURE;
  for (const id of ids) {
    const { floor, mayBeAbsent } = history.possibleNow(id);
    if (floor === 0n) continue;
    if (mayBeAbsent && versionWallMs(floor) + sureMs < world.wallMs()) continue;
    const partition = partitionOf(id, collection.partitions.length);
    for (const { nodeId, state } of collection.partitions[partition]?.replicas ?? []) {
      if (state !== 'in_sync') continue;
      const node = nodes.find((known) => known.nodeId === nodeId);
      // Without a disk the node says that the replica is missing: nobody reads from it.
      const disk = node?.disks.disk(replicaName(collection.id, partition));
      const version = disk?.records.get(id)?.version ?? 0n;
      if (disk === undefined || version >= floor) continue;
      const detail = `${id} on ${nodeId}: ${version}, acknowledged was ${floor}`;
      violations.add('an acknowledged write is on every replica in sync', detail);
    }
  }
}
