/**
 * What would move if nodes or copies changed: the same decision as the controller's, on a topology
 * that is only thought of, with all nodes up that last and no limit to how much goes on at a time.
 */
import type { CollectionId, NodeId } from '../../base/ids.js';
import type { CollectionEntry, NodeEntry, PartitionEntry, Topology } from '../topology/topology.js';
import type { Transition } from '../topology/topology-transitions.js';
import { imbalanceOf, imbalanceRatio } from './imbalance.js';
import { decideMoves, type MoveOptions, type WantedMove } from './move-controller.js';
import { hasTarget } from './move-waits.js';
import { computeGoal, type Goal, lastingNodes, replacements } from './placement-goal.js';

export interface PlannedMove extends WantedMove {
  collection: string;
  documents: number;
  bytes: number;
}

export interface MovePlan {
  moves: PlannedMove[];
  bytesTotal: number;
  estimatedMs: number;
  imbalanceRatio: number;
  imbalanceRatioAfter: number;
  /** Partitions that will have fewer copies than they should, for want of nodes. */
  partitionsShort: number;
}

/** What is known of sizes and rates. */
export interface MoveSizes {
  documentCount(collection: CollectionEntry, partition: number, entry: PartitionEntry): number;
  documentBytes(collection: CollectionEntry): number;
  /** Of one copy. */
  bytesPerSecond: number;
}

export interface PlanInputs {
  topology: Topology;
  isAway(nodeId: NodeId): boolean;
  isUp(nodeId: NodeId): boolean;
  sizes: MoveSizes;
  options: MoveOptions;
}

export type PlanResult =
  | { kind: 'planned'; plan: MovePlan }
  | { kind: 'refused'; result: Extract<ReturnType<Transition>, { kind: 'refused' }> };

export function planMoves(inputs: PlanInputs, changes: readonly Transition[]): PlanResult {
  let { topology } = inputs;
  for (const change of changes) {
    const result = change(topology);
    if (result.kind === 'refused') return { kind: 'refused', result };
    topology = result.topology;
  }
  const isNew = (nodeId: NodeId) => !inputs.topology.nodes.has(nodeId);
  const isUp = (nodeId: NodeId) => isNew(nodeId) || inputs.isUp(nodeId);
  const lasting = lastingNodes(topology, inputs.isAway, isUp);
  const goals = goalsOf(topology, lasting);
  const { steps, waiting } = decideMoves({
    topology: { ...topology, areMovesPaused: false },
    goal: (id) => goals.get(id),
    node: (nodeId) => ({
      isUp: true,
      isAway: inputs.isAway(nodeId),
      holds: () => true,
      openDocumentCount: () => undefined,
    }),
    options: { movesMax: Number.MAX_SAFE_INTEGER, movesPerNodeMax: Number.MAX_SAFE_INTEGER },
  });
  const begun = steps.filter((step) => step.kind === 'begin');
  const moves = [...begun, ...waiting.filter(hasTarget)].map(({ ref, from, cause }) => {
    return sized(inputs, topology, { ref, from, cause });
  });
  const bytesTotal = moves.reduce((sum, { bytes }) => sum + bytes, 0);
  const holders = [...goals.values()].flatMap(({ placement }) => placement.flat());
  const lastingNow = lastingNodes(inputs.topology, inputs.isAway, inputs.isUp);
  return {
    kind: 'planned',
    plan: {
      moves,
      bytesTotal,
      estimatedMs: estimate(inputs, moves, bytesTotal),
      imbalanceRatio: imbalanceRatio(inputs.topology, lastingNow),
      imbalanceRatioAfter: imbalanceOf(holders, lasting),
      partitionsShort: partitionsShort(topology, goals),
    },
  };
}

function goalsOf(topology: Topology, lasting: readonly NodeEntry[]): Map<CollectionId, Goal> {
  const goals = new Map<CollectionId, Goal>();
  const replaced = replacements(topology);
  for (const collection of topology.collections.values()) {
    if (collection.state !== 'ready') continue;
    const goal = computeGoal(collection, lasting, replaced);
    if (goal !== undefined) goals.set(collection.id, goal);
  }
  return goals;
}

function sized({ sizes }: PlanInputs, topology: Topology, move: WantedMove): PlannedMove {
  const { collectionId, partition } = move.ref;
  const collection = topology.collections.get(collectionId) as CollectionEntry;
  const entry = collection.partitions[partition] as PartitionEntry;
  const documents = sizes.documentCount(collection, partition, entry);
  const bytes = Math.round(documents * sizes.documentBytes(collection));
  return { ...move, collection: collection.name, documents, bytes };
}

/** As many copies at a time as the limits allow, each at the rate of late. */
function estimate(
  { sizes, options }: PlanInputs,
  moves: readonly PlannedMove[],
  bytesTotal: number,
): number {
  const targets = new Set(moves.map(({ ref }) => ref.nodeId)).size;
  const atOnce = Math.min(options.movesMax, options.movesPerNodeMax * targets, moves.length);
  return atOnce === 0 ? 0 : (bytesTotal / (sizes.bytesPerSecond * atOnce)) * 1000;
}

function partitionsShort(topology: Topology, goals: ReadonlyMap<CollectionId, Goal>): number {
  let count = 0;
  for (const { id, replicationFactor, partitions, state } of topology.collections.values()) {
    if (state !== 'ready') continue;
    if ((goals.get(id)?.copies ?? 0) < replicationFactor) count += partitions.length;
  }
  return count;
}
