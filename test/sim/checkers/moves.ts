/**
 * What changes of the topology may do to replicas, whoever makes them: a move drops what it relieves
 * only when the new replica is in sync, and leaves as many in sync as there were; nothing gives up the
 * last one; and whatever comes in sync holds every acknowledged write.
 */
import type {
  CollectionEntry,
  PartitionEntry,
  ReplicaEntry,
  Topology,
} from '../../../src/coordinator/topology/topology.js';
import type { SimCluster } from '../sim-cluster.js';
import { checkFloor } from './acknowledgements.js';
import { checkControllers } from './controllers.js';
import { checkDurable } from './durability.js';

export function watchMoves(cluster: SimCluster): void {
  cluster.etcd.observe((before, after) => {
    checkControllers(cluster);
    // A collection that takes another one's place is judged as a whole.
    let hasPromoted = after.heirs.size > (before?.heirs.size ?? 0);
    for (const collection of after.collections.values()) {
      const former = before?.collections.get(collection.id);
      if (former?.partitions.length !== collection.partitions.length) continue;
      if (collection.state === 'retired' || collection.state === 'dropping') continue;
      collection.partitions.forEach((entry, partition) => {
        const was = former.partitions[partition] as PartitionEntry;
        const where = `partition ${partition} of ${collection.name}`;
        if (former.state === collection.state) {
          checkFloor(cluster, where, { collection: former, entry: was }, { collection, entry });
        }
        if (was === entry) return;
        // The one that is split has everything.
        const isFilling = collection.state === 'filling';
        if (!isFilling) checkPartition(cluster, after, collection, where, was, entry);
        hasPromoted ||= inSyncOf(entry).some(({ nodeId }) => stateOn(was, nodeId) !== 'in_sync');
      });
    }
    if (hasPromoted) checkDurable(cluster, cluster.history.ids());
  });
}

function checkPartition(
  { violations }: SimCluster,
  { nodes }: Topology,
  { replicationFactor }: CollectionEntry,
  where: string,
  before: PartitionEntry,
  after: PartitionEntry,
): void {
  const left = inSyncOf(after).length;
  if (inSyncOf(before).length > 0 && left === 0) {
    violations.add('the last replica in sync is never given up', where);
  }
  for (const { nodeId } of inSyncOf(before)) {
    // An operator who takes a node out was asked about its last copies.
    if (stateOn(after, nodeId) !== undefined || !nodes.has(nodeId)) continue;
    const heir = before.replicas.find(({ move }) => move?.from === nodeId);
    if (heir !== undefined && heir.state !== 'in_sync') {
      const detail = `${where}: ${nodeId} goes, ${heir.nodeId} is not in sync`;
      violations.add('a move drops nothing before its heir is in sync', detail);
    }
    const wanted = Math.min(replicationFactor, heir?.move?.inSyncMin ?? replicationFactor);
    if (left >= Math.max(1, wanted)) continue;
    const detail = `${where}: ${left} without ${nodeId}, ${wanted} before`;
    violations.add('a move leaves as many replicas in sync', detail);
  }
}

function inSyncOf({ replicas }: PartitionEntry): ReplicaEntry[] {
  return replicas.filter(({ state }) => state === 'in_sync');
}

function stateOn({ replicas }: PartitionEntry, nodeId: string): string | undefined {
  return replicas.find((replica) => replica.nodeId === nodeId)?.state;
}
