/**
 * What a machine may lose: faults that destroy data spare what no other replica could restore, since
 * no product brings that back. Judged by what is really on the disks, and by the stored topology.
 */
import { replicaName } from '../../shards/replica-set.js';
import type { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import type { SimCluster } from './sim-cluster.js';
import type { SimNode } from './sim-node.js';

/** True when every replica in sync on the node has a sound copy elsewhere that lacks nothing. */
export function mayLose(cluster: SimCluster, node: SimNode): boolean {
  return everyHeld(cluster, node, (name, others) => {
    const disk = node.disks.disk(name);
    return disk === undefined || others.some((other) => isSubstitute(other, disk));
  });
}

/** Names of the node's replicas that are alone in sync. */
export function onlyCopies(cluster: SimCluster, node: SimNode): string[] {
  const names: string[] = [];
  everyHeld(cluster, node, (name, others) => {
    if (others.length === 0) names.push(name);
    return true;
  });
  return names;
}

function everyHeld(
  { storedTopology, nodes }: SimCluster,
  { nodeId }: SimNode,
  claim: (name: string, othersInSync: (SimulatedDisk | undefined)[]) => boolean,
): boolean {
  for (const { id, partitions } of storedTopology?.collections.values() ?? []) {
    for (const [partition, { replicas }] of partitions.entries()) {
      const name = replicaName(id, partition);
      const inSync = replicas.filter(({ state }) => state === 'in_sync');
      if (!inSync.some((replica) => replica.nodeId === nodeId)) continue;
      const others = inSync
        .filter((replica) => replica.nodeId !== nodeId)
        .map((replica) => nodes.find((known) => known.nodeId === replica.nodeId)?.disks.disk(name));
      if (!claim(name, others)) return false;
    }
  }
  return true;
}

function isSubstitute(other: SimulatedDisk | undefined, disk: SimulatedDisk): boolean {
  if (other === undefined || other.isDamaged) return false;
  for (const [id, { version }] of disk.records) {
    const known = other.records.get(id);
    if (known === undefined || known.version < version) return false;
  }
  return true;
}
