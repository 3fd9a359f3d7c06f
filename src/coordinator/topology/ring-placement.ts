/**
 * Which shard nodes hold which partition of a collection: consistent hashing with bounded loads.
 *
 * From a partition's place on the ring, the first `replicationFactor` nodes that are below their
 * bound, in distinct zones while there are enough. The result is a function of the collection's id,
 * the two counts and the set of nodes, in whatever order they are named; no clock, no chance.
 * `placement-shares.ts` says what the bounds are, `hash-ring.ts` how the ring is made.
 *
 * Whoever changes a placement that exists passes it as `current`: replicas then stay unless their
 * node is gone or over its bound, and a node that joins is handed its share. Over random joins and
 * removals that moves 1.00 to 1.02 times what it must, and no node carries more than 1.13 times the
 * mean (with 3 replicas a node and more). Asked afresh instead, the answer differs little when nodes
 * carry many replicas, but full nodes pass replicas on, and chains form when they carry few. Share
 * of the replicas that moves when one node joins N, times N + 1 (1 is the least there can be), mean
 * and worst over N = 1..64; the load of the fullest node over its target
 * rounded up, worst of all:
 *
 *   partitions x copies   afresh: mean, worst   with `current`   fullest, afresh
 *   default x 1                5.8   31               1.00          1.00
 *   default x 3                2.4   13               1.00          1.25
 *   256 x 1                    2.6   14               1.00          1.25
 *   256 x 3                    1.3    3.0             1.00          1.25
 *   1024 x 3                   1.0    1.3             1.00          1.25
 *   4096 x 3                   1.0    1.2             1.00          1.22
 */
import { MAX_PARTITION_BITS } from '../../base/hash64.js';
import type { CollectionId, NodeId } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import { HashRing } from './hash-ring.js';
import { PlacementDraft } from './placement-draft.js';
import {
  boundsAfresh,
  boundsKept,
  type LoadBounds,
  spreadOverZones,
  targetLoads,
} from './placement-shares.js';

export const DEFAULT_REPLICATION_FACTOR = 3;

/** A node that may hold replicas. */
export interface PlacementNode {
  nodeId: NodeId;
  zone: string;
  /** Above 0. */
  weight: number;
}

/** The nodes of each partition, by partition; for each, in the order of the ring. */
export type Placement = readonly (readonly NodeId[])[];

export interface PlacementRequest {
  collectionId: CollectionId;
  /** A power of two, 1..4,096. */
  partitionCount: number;
  /** Copies of each partition, at least 1. */
  replicationFactor: number;
  /** Ids must differ. */
  nodes: readonly PlacementNode[];
  /** What is there already, to be changed as little as the bounds allow. */
  current?: Placement;
}

export type PlacementResult =
  | { kind: 'placed'; placement: Placement }
  | { kind: 'too_few_nodes'; nodeCount: number; replicationFactor: number };

/** The smallest power of two that gives every node a partition; at most 4,096. */
export function defaultPartitionCount(nodeCount: number): number {
  let count = 1;
  while (count < nodeCount && count < 2 ** MAX_PARTITION_BITS) count *= 2;
  return count;
}

/** Three copies, or one on each node where there are fewer. */
export function defaultReplicationFactor(nodeCount: number): number {
  return Math.max(1, Math.min(DEFAULT_REPLICATION_FACTOR, nodeCount));
}

export function placePartitions(request: PlacementRequest): PlacementResult {
  const { partitionCount, replicationFactor } = request;
  invariant(partitionCount >= 1 && replicationFactor >= 1, 'nothing to place');
  const nodes = [...request.nodes].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  if (nodes.length < replicationFactor) {
    return { kind: 'too_few_nodes', nodeCount: nodes.length, replicationFactor };
  }
  const indexOfNode = new Map(nodes.map((node, index) => [node.nodeId, index]));
  invariant(indexOfNode.size === nodes.length, 'a node is named twice');
  const ring = new HashRing(nodes);
  const walkOf = (text: string) => ring.walk(text).map((id) => indexOfNode.get(id) as number);
  const walks = Array.from({ length: partitionCount }, (_, partition) =>
    walkOf(`${request.collectionId}/${partition}`),
  );
  const zones = [...new Set(nodes.map((node) => node.zone))];
  const weighted = nodes.map(({ zone, weight }) => ({ zone: zones.indexOf(zone), weight }));
  const nodeCounts = zones.map((zone) => nodes.filter((node) => node.zone === zone).length);
  const spread = spreadOverZones(replicationFactor, nodeCounts);
  const targets = targetLoads(weighted, spread, partitionCount, replicationFactor);
  const bounds = loadBounds(targets, nodes, request.current);
  const draft = new PlacementDraft({
    nodes: weighted.map(({ zone }, node) => ({
      zone,
      target: targets[node] as number,
      bounds: bounds[node] as LoadBounds,
    })),
    copies: replicationFactor,
    spread,
    walks,
    tieOrder: walkOf(request.collectionId),
  });
  keepCurrent(draft, request.current ?? [], indexOfNode, walks);
  for (let partition = 0; partition < partitionCount; partition += 1) draft.fill(partition);
  draft.level();
  const placement = draft.holders.map((held, partition) => {
    const walk = walks[partition] as number[];
    return walk.filter((n) => held.includes(n)).map((n) => (nodes[n] as PlacementNode).nodeId);
  });
  return { kind: 'placed', placement };
}

/** Of a new collection: afresh, then levelled as it would be once it is there. */
export function placeNew(request: Omit<PlacementRequest, 'current'>): PlacementResult {
  const afresh = placePartitions(request);
  return afresh.kind === 'placed'
    ? placePartitions({ ...request, current: afresh.placement })
    : afresh;
}

function loadBounds(
  targets: readonly number[],
  nodes: readonly PlacementNode[],
  current: Placement | undefined,
): LoadBounds[] {
  if (current === undefined) return targets.map(boundsAfresh);
  const known = new Set(current.flat());
  return targets.map((target, i) =>
    boundsKept(target, !known.has((nodes[i] as PlacementNode).nodeId)),
  );
}

/** Replicas stay where they are; of too many, those that come first on the partition's walk. */
function keepCurrent(
  draft: PlacementDraft,
  current: Placement,
  indexOfNode: ReadonlyMap<NodeId, number>,
  walks: readonly (readonly number[])[],
): void {
  walks.forEach((walk, partition) => {
    const held = new Set((current[partition] ?? []).map((id) => indexOfNode.get(id)));
    for (const node of walk) if (held.has(node)) draft.add(partition, node);
  });
}
