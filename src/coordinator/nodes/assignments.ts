/** What each shard node must hold, derived from the topology: all coordinators tell it the same. */
import type { NodeId, Partition } from '../../base/ids.js';
import { parentPartition } from '../topology/replica-transitions.js';
import { type CollectionEntry, replicasOnNode, type Topology } from '../topology/topology.js';
import type { ReplicaAssignment, ReplicaSource } from '../transport/shard-link.js';

export function assignmentsOf(topology: Topology, nodeId: NodeId): ReplicaAssignment[] {
  return replicasOnNode(topology, nodeId)
    .filter(({ collection }) => collection.state !== 'dropping')
    .map(({ collection, partition, generation, state, source: sourceId }) => {
      const source = sourceId === undefined ? undefined : topology.nodes.get(sourceId);
      const relieved = source && relievedBy(topology, collection, partition);
      return {
        collection: collection.id,
        partition,
        generation,
        dimension: collection.dimension,
        metric: collection.metric,
        m: collection.m,
        efConstruction: collection.efConstruction,
        create: collection.state === 'creating',
        state,
        ...(isForsaken(collection, partition) ? { keepsReadable: true } : {}),
        ...(source && { source: { nodeId: source.nodeId, address: source.address, ...relieved } }),
      };
    });
}

/** Nothing that its replicas hold can be had from one in sync. */
function isForsaken({ state, partitions }: CollectionEntry, partition: Partition): boolean {
  const replicas = partitions[partition]?.replicas ?? [];
  return state === 'ready' && !replicas.some((replica) => replica.state === 'in_sync');
}

/** Of a filling collection: the partition whose replicas this one's copy from. */
function relievedBy(
  topology: Topology,
  collection: CollectionEntry,
  partition: Partition,
): Pick<ReplicaSource, 'relieved'> {
  const split = collection.splitOf && topology.collections.get(collection.splitOf);
  if (collection.state !== 'filling' || split === undefined) return {};
  const parent = parentPartition(partition, split, collection);
  const generation = split.partitions[parent]?.generation ?? 0;
  const partitionCount = collection.partitions.length;
  return { relieved: { collection: split.id, partition: parent, generation, partitionCount } };
}

/** True when a change of topology is none of the node's business. */
export function sameAssignments(a: Topology, b: Topology, nodeId: NodeId): boolean {
  if (a.collections === b.collections) return true;
  return JSON.stringify(assignmentsOf(a, nodeId)) === JSON.stringify(assignmentsOf(b, nodeId));
}
