/**
 * Decides the next steps of splits. Pure: the topology and what is known of nodes go in, steps come
 * out. What is under way is in the topology, so any coordinator can go on with it.
 *
 *   begin     a collection is to have more partitions (`split-triggers.ts`)
 *   restart   a filling collection has replicas on nodes that do not last, or too few: it is placed
 *             anew, and filled from the beginning
 *   finish    it is filled: it takes the place of the one that is split
 *   cancel    there is nothing any more that it could take the place of
 *   forget    the one whose place was taken was there for long enough to refuse whoever meant it
 *
 * While moves are paused nothing begins and nothing is finished.
 */
import type { CollectionId, NodeId } from '../../base/ids.js';
import { mayFinishSplit } from '../topology/split-transitions.js';
import type { CollectionEntry, Topology } from '../topology/topology.js';

export interface WantedSplit {
  collectionId: CollectionId;
  partitionCount: number;
}

export interface SplitInputs {
  topology: Topology;
  /** Nodes that may hold what a split makes. */
  isLasting(nodeId: NodeId): boolean;
  /** How long a retired collection has been seen, in milliseconds. */
  retiredForMs(id: CollectionId): number;
  /** Splits that should begin by themselves, the most urgent first. */
  wanted: readonly WantedSplit[];
}

export type SplitStep =
  | { kind: 'begin'; collectionId: CollectionId; partitionCount: number }
  | { kind: 'restart'; fillingId: CollectionId; collectionId: CollectionId; partitionCount: number }
  | { kind: 'finish' | 'cancel'; fillingId: CollectionId }
  | { kind: 'forget'; collectionId: CollectionId };

/** How long a retired collection is kept. */
export const RETIRED_MS = 10_000;

export function decideSplits(inputs: SplitInputs): SplitStep[] {
  const { topology, wanted } = inputs;
  const steps: SplitStep[] = [];
  for (const collection of topology.collections.values()) {
    const step = stepFor(inputs, collection);
    if (step !== undefined) steps.push(step);
  }
  const [first] = wanted;
  // They need room and time: by itself, one at a time.
  const isQuiet = topology.fillingIds.size === 0 && !topology.areMovesPaused;
  if (isQuiet && first !== undefined) steps.push({ kind: 'begin', ...first });
  return steps;
}

function stepFor(
  { topology, isLasting, retiredForMs }: SplitInputs,
  collection: CollectionEntry,
): SplitStep | undefined {
  const { id, state, splitOf, partitions } = collection;
  if (state === 'retired') {
    return retiredForMs(id) >= RETIRED_MS ? { kind: 'forget', collectionId: id } : undefined;
  }
  if (state !== 'filling') return undefined;
  const split = splitOf && topology.collections.get(splitOf);
  if (split?.state !== 'ready') return { kind: 'cancel', fillingId: id };
  if (topology.areMovesPaused) return undefined;
  if (!isWellPlaced(collection, isLasting)) {
    const partitionCount = partitions.length;
    return { kind: 'restart', fillingId: id, collectionId: split.id, partitionCount };
  }
  return mayFinishSplit(split, collection) ? { kind: 'finish', fillingId: id } : undefined;
}

/** Every partition has replicas, as many as every other one, all of them on nodes that last. */
function isWellPlaced(
  { partitions }: CollectionEntry,
  isLasting: (nodeId: NodeId) => boolean,
): boolean {
  const copies = Math.max(...partitions.map(({ replicas }) => replicas.length));
  // Who takes out nodes one after the other may have taken out all of them.
  if (copies === 0) return false;
  return partitions.every(({ replicas }) => {
    return replicas.length === copies && replicas.every(({ nodeId }) => isLasting(nodeId));
  });
}
