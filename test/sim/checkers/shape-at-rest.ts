/**
 * After the last fault and the last word of an operator: every move ends, nodes that are drained are
 * empty, those that were replaced are forgotten, each partition has the copies that it should, and all
 * coordinators work from the topology in force.
 */
import {
  activeNodes,
  type CollectionEntry,
  type NodeEntry,
  replicasOnNode,
  type Topology,
} from '../../../src/coordinator/topology/topology.js';
import type { SimCluster } from '../sim-cluster.js';

/** Many moves may have to follow one another, each with a recovery. */
const SHAPED_MS_MAX = 240_000;
const STEP_MS = 250;

export async function untilShaped(cluster: SimCluster): Promise<void> {
  const left = () => [...unevenIn(cluster), ...behind(cluster)];
  if (await cluster.passes(() => left().length === 0, SHAPED_MS_MAX, STEP_MS)) return;
  cluster.violations.add('the cluster takes its shape', left().slice(0, 5).join('; '));
}

function behind({ coordinators, lag, plan }: SimCluster): string[] {
  if (plan.store === undefined) return [];
  return coordinators
    .filter((one) => lag.epochsBehind(one) !== 0)
    .map((one) => `${one.name} is ${lag.epochsBehind(one)} epochs behind`);
}

function unevenIn({ storedTopology, plan }: SimCluster): string[] {
  if (storedTopology === undefined || plan.shape === undefined) return [];
  const nodeCount = activeNodes(storedTopology).length;
  const found = [...storedTopology.nodes.values()]
    .filter(({ intent }) => intent === 'draining')
    .flatMap((node) => unfinishedDrain(storedTopology, node, nodeCount));
  for (const collection of storedTopology.collections.values()) {
    const { state, name } = collection;
    if (state === 'filling' || state === 'retired') found.push(`${name} is ${state}`);
    if (state !== 'ready') continue;
    for (const [partition, { replicas }] of collection.partitions.entries()) {
      const isMoving = replicas.some(({ move }) => move !== undefined);
      const isWhole = replicas.every(({ state }) => state === 'in_sync');
      if (!isMoving && isWhole && hasItsCopies(collection, replicas.length, nodeCount)) continue;
      const shown = replicas.map((r) => `${r.nodeId} ${r.state}${r.move ? ' moving' : ''}`);
      found.push(`${collection.name}/${partition} has ${shown.join(', ')}`);
    }
  }
  return found;
}

function unfinishedDrain(topology: Topology, node: NodeEntry, nodeCount: number): string[] {
  const { nodeId, replacedBy } = node;
  const held = replicasOnNode(topology, nodeId).filter(({ collection }) => {
    return collection.state === 'ready' && collection.replicationFactor <= nodeCount;
  });
  if (held.length > 0) return [`${nodeId} is drained and holds ${held.length} replicas`];
  const isEmpty = replicasOnNode(topology, nodeId).length === 0;
  return isEmpty && replacedBy !== undefined ? [`${nodeId} was replaced and is there`] : [];
}

/** Where nodes are too few for the copies, those that are drained keep theirs. */
function hasItsCopies(
  { replicationFactor }: CollectionEntry,
  count: number,
  nodeCount: number,
): boolean {
  if (replicationFactor <= nodeCount) return count === replicationFactor;
  return count >= nodeCount && count <= replicationFactor;
}
