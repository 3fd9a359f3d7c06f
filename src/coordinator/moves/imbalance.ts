/** How evenly replicas are spread: those of the fullest node over what would be its share. */
import type { NodeId } from '../../base/ids.js';
import { isNamed, type NodeEntry, type Topology } from '../topology/topology.js';
import { comingNodes } from './placement-goal.js';

/** As it will be once the moves under way are over; 1 is even, and 1 when there is nothing. */
export function imbalanceRatio(topology: Topology, lasting: readonly NodeEntry[]): number {
  const ids = new Set(lasting.map(({ nodeId }) => nodeId));
  const placements = [...topology.collections.values()]
    .filter(({ state }) => isNamed(state))
    .flatMap(({ partitions }) => partitions.map((entry) => comingNodes(entry, ids)));
  return imbalanceOf(placements.flat(), lasting);
}

/** `holders`: a node for each replica. */
export function imbalanceOf(holders: readonly NodeId[], nodes: readonly NodeEntry[]): number {
  const loads = new Map(nodes.map(({ nodeId }) => [nodeId, 0]));
  let total = 0;
  for (const nodeId of holders) {
    const load = loads.get(nodeId);
    if (load === undefined) continue;
    loads.set(nodeId, load + 1);
    total += 1;
  }
  if (total === 0) return 1;
  const weightTotal = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const fullness = nodes.map(({ nodeId, weight }) => {
    return (loads.get(nodeId) as number) / ((total * weight) / weightTotal);
  });
  return Math.max(...fullness);
}
