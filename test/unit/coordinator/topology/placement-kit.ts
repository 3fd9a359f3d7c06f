import fc from 'fast-check';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import {
  type Placement,
  type PlacementNode,
  type PlacementRequest,
  placePartitions,
} from '../../../../src/coordinator/topology/ring-placement.js';

/** `count` nodes of weight 1, each in a zone of its own. */
export function equalNodes(count: number): PlacementNode[] {
  return Array.from({ length: count }, (_, i) => ({
    nodeId: nodeId(`node-${i}`),
    zone: `zone-${i}`,
    weight: 1,
  }));
}

export function place(
  request: Omit<PlacementRequest, 'collectionId'> & { id?: string },
): Placement {
  const { id = 'c1', ...rest } = request;
  const result = placePartitions({ collectionId: collectionId(id), ...rest });
  if (result.kind !== 'placed') throw new Error(`not placed: ${result.kind}`);
  return result.placement;
}

/** As a collection is placed when it is made. */
export function placedNew(
  request: Omit<PlacementRequest, 'collectionId' | 'current'> & { id?: string },
): Placement {
  return place({ ...request, current: place(request) });
}

/** Replicas on each node, the empty ones included. */
export function loadsOf(placement: Placement, nodes: readonly PlacementNode[]): number[] {
  const loads = new Map<NodeId, number>(nodes.map((node) => [node.nodeId, 0]));
  for (const node of placement.flat()) loads.set(node, (loads.get(node) ?? 0) + 1);
  return [...loads.values()];
}

/** Clusters with a few zones and uneven weights. */
export const arbitraryNodes: fc.Arbitrary<PlacementNode[]> = fc
  .array(
    fc.record({
      zone: fc.constantFrom('a', 'b', 'c', 'd'),
      weight: fc.constantFrom(0.5, 1, 1, 1, 2, 4),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((entries) => entries.map((entry, i) => ({ nodeId: nodeId(`n${i}`), ...entry })));
