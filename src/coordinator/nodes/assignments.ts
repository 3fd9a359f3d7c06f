/** What each shard node must hold, derived from the topology: all coordinators tell it the same. */
import type { NodeId } from '../../base/ids.js';
import { replicasOnNode, type Topology } from '../topology/topology.js';
import type { ReplicaAssignment } from '../transport/shard-link.js';

export function assignmentsOf(topology: Topology, nodeId: NodeId): ReplicaAssignment[] {
  return replicasOnNode(topology, nodeId)
    .filter(({ collection }) => collection.state !== 'dropping')
    .map(({ collection, partition, generation, state, source: sourceId }) => {
      const source = sourceId === undefined ? undefined : topology.nodes.get(sourceId);
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
        ...(source && { source: { nodeId: source.nodeId, address: source.address } }),
      };
    });
}

/** True when a change of topology is none of the node's business. */
export function sameAssignments(a: Topology, b: Topology, nodeId: NodeId): boolean {
  if (a.collections === b.collections) return true;
  return JSON.stringify(assignmentsOf(a, nodeId)) === JSON.stringify(assignmentsOf(b, nodeId));
}
