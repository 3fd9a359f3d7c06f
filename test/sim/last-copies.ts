/**
 * What a machine may lose: faults that destroy data spare what no other replica could restore, since
 * no product brings that back. Judged by what is really on the disks, and by the stored topology.
 */
import { replicaName } from '../../shards/replica-set.js';
import type { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import type { SimCluster } from './sim-cluster.js';
import type { SimNode } from './sim-node.js';

/** True when all that the node holds has sound copies elsewhere that lack nothing of it. */
export function mayLose(cluster: SimCluster, node: SimNode): boolean {
  return [...replicasOf(cluster, node)].every(({ name, isInSync, others }) => {
    const disk = node.disks.disk(name);
    if (disk === undefined) return true;
    const sound = others.filter((other) => other !== undefined && !other.isDamaged);
    return isInSync ? sound.some((other) => covers(other, disk)) : sound.length > 0;
  });
}

/** Names of the node's replicas that have no sound copy in sync elsewhere. */
export function onlyCopies(cluster: SimCluster, node: SimNode): string[] {
  return [...replicasOf(cluster, node)]
    .filter(({ others }) => !others.some((other) => other !== undefined && !other.isDamaged))
    .map(({ name }) => name);
}

/**
 * What operators are for: where every replica in sync was lost, since others fell behind in the
 * moment before, they name the one that has everything.
 */
export async function forceWhatWasLost(cluster: SimCluster): Promise<void> {
  const { coordinator, storedTopology, nodes, log } = cluster;
  for (const collection of storedTopology?.collections.values() ?? []) {
    if (collection.state !== 'ready') continue;
    for (const [partition, { replicas }] of collection.partitions.entries()) {
      const name = replicaName(collection.id, partition);
      const held = replicas.map(({ nodeId, state }) => {
        const node = nodes.find((known) => known.nodeId === nodeId);
        return { nodeId, state, disk: node?.disks.disk(name) };
      });
      if (held.some(({ state, disk }) => state === 'in_sync' && disk !== undefined)) continue;
      const best = held.find(({ disk }) =>
        held.every((other) => other.disk === undefined || covers(disk, other.disk)),
      );
      if (best === undefined || coordinator === undefined) continue;
      log.add(`${name} on ${best.nodeId} is forced in sync`);
      const forcing = coordinator.replicaAdmin.forceInSync(collection, partition, best.nodeId);
      await cluster.settled(forcing).catch((error: unknown) => log.add(String(error)));
    }
  }
}

function* replicasOf({ storedTopology, nodes }: SimCluster, { nodeId }: SimNode) {
  for (const { id, partitions, state } of storedTopology?.collections.values() ?? []) {
    if (state === 'filling' || state === 'retired') continue;
    for (const [partition, { replicas }] of partitions.entries()) {
      const own = replicas.find((replica) => replica.nodeId === nodeId);
      if (own === undefined) continue;
      const name = replicaName(id, partition);
      /** The disks of the others that are in sync. */
      const others = replicas
        .filter((replica) => replica !== own && replica.state === 'in_sync')
        .map((replica) => nodes.find((known) => known.nodeId === replica.nodeId)?.disks.disk(name));
      yield { name, isInSync: own.state === 'in_sync', others };
    }
  }
}

function covers(other: SimulatedDisk | undefined, disk: SimulatedDisk): boolean {
  if (other === undefined) return false;
  for (const [id, { version }] of disk.records) {
    const known = other.records.get(id);
    if (known === undefined || known.version < version) return false;
  }
  return true;
}
