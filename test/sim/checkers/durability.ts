/**
 * What is acknowledged is on the disk of every replica that the stored topology calls in sync, those of
 * a collection that is filling included: at the acknowledgement, and ever after. Looked at directly,
 * since a read would ask one of the replicas only.
 */
import { replicaName } from '../../../shards/replica-set.js';
import type { SimulatedDisk } from '../../../shards/store/simulated-disk.js';
import { partitionOf } from '../../../src/base/hash64.js';
import type { NodeId, Partition } from '../../../src/base/ids.js';
import { versionWallMs } from '../../../src/base/version.js';
import {
  type CollectionEntry,
  collectionByName,
  fillingOf,
} from '../../../src/coordinator/topology/topology.js';
import { COLLECTION, type SimCluster } from '../sim-cluster.js';

interface ReplicaDisk {
  nodeId: NodeId;
  disk: SimulatedDisk;
}

/** Older tombstones are left out when a replica is made anew: others may have forgotten them already. */
const GRACE_RATIO_SURE = 0.35;

export function checkDurable(cluster: SimCluster, ids: Iterable<string>): void {
  const { storedTopology } = cluster;
  if (storedTopology === undefined) return;
  const collection = collectionByName(storedTopology, COLLECTION);
  if (collection === undefined) return;
  checkIn(cluster, collection, ids);
  const filling = fillingOf(storedTopology, collection.id);
  if (filling !== undefined) checkIn(cluster, filling, ids);
}

function checkIn(cluster: SimCluster, collection: CollectionEntry, ids: Iterable<string>): void {
  const { history, violations, world, plan } = cluster;
  const sureMs = plan.cluster.tombstoneGraceMs * GRACE_RATIO_SURE;
  const disks = new Map<Partition, ReplicaDisk[]>();
  for (const id of ids) {
    const { floor, mayBeAbsent } = history.possibleNow(id);
    if (floor === 0n) continue;
    if (mayBeAbsent && versionWallMs(floor) + sureMs < world.wallMs()) continue;
    const partition = partitionOf(id, collection.partitions.length);
    const inSync = disks.get(partition) ?? disksInSync(cluster, collection, partition);
    disks.set(partition, inSync);
    for (const { nodeId, disk } of inSync) {
      const version = disk.records.get(id)?.version ?? 0n;
      if (version >= floor) continue;
      const detail = `${id} on ${nodeId}: ${version}, acknowledged was ${floor}`;
      violations.add('an acknowledged write is on every replica in sync', detail);
    }
  }
}

/** Without a disk the node says that the replica is missing: nobody reads from it. */
function disksInSync(
  { nodes }: SimCluster,
  { id, partitions }: CollectionEntry,
  partition: Partition,
): ReplicaDisk[] {
  const name = replicaName(id, partition);
  return (partitions[partition]?.replicas ?? []).flatMap(({ nodeId, state }) => {
    const node = nodes.find((known) => known.nodeId === nodeId);
    const disk = state === 'in_sync' ? node?.disks.disk(name) : undefined;
    return disk === undefined ? [] : [{ nodeId, disk }];
  });
}
