/**
 * A collection is split by making another one of more partitions in its place. The other one is
 * `filling` first: nobody finds it by its name, its replicas recover from those of the partitions that
 * they are to relieve, and writes go to both. Then one step puts it in force and retires the first.
 *
 *   begin    the filling collection is listed, all its replicas `recovering`
 *   (await, promote: `replica-transitions.ts`, as for any replica that recovers)
 *   finish   it takes over the name; the split one is `retired`, in a next generation, so that its
 *            nodes refuse whoever has not heard of that
 *   forget   the retired one is gone
 *   cancel   the filling one is gone; nothing else has changed
 *
 * Partition n of the one becomes 2n and 2n + 1 of the other, or as many more as it has more partitions.
 */
import type { CollectionId } from '../../base/ids.js';
import { minInSyncOf, withMinInSync } from './in-sync-floor.js';
import { parentPartition } from './replica-transitions.js';
import type { Placement } from './ring-placement.js';
import {
  type CollectionEntry,
  fillingOf,
  type PartitionEntry,
  type ReplicaEntry,
  type Topology,
} from './topology.js';
import {
  changed,
  noCollection,
  refused,
  type TransitionResult,
  withoutCollection,
} from './topology-transitions.js';

export interface NewSplit {
  /** The collection to split. */
  splitOf: CollectionId;
  /** Of the one that is to take its place. */
  id: CollectionId;
  /** Of its partitions. */
  placement: Placement;
  /** Wall-clock instant. */
  begunAtMs: number;
}

/** Ids of earlier collections that a collection answers for. */
const FORMER_IDS_MAX = 16;

export function beginSplit(topology: Topology, spec: NewSplit): TransitionResult {
  const split = topology.collections.get(spec.splitOf);
  if (split?.state !== 'ready') return noCollection(spec.splitOf);
  const { name, partitions } = split;
  if (fillingOf(topology, split.id) !== undefined) {
    return refused('split_impossible', `collection ${name} is being split already`);
  }
  const count = spec.placement.length;
  if (count <= partitions.length || count % partitions.length !== 0) {
    const message = `collection ${name} has ${partitions.length} partitions, and cannot have ${count}`;
    return refused('split_impossible', message);
  }
  for (const nodeId of new Set(spec.placement.flat())) {
    if (topology.nodes.has(nodeId)) continue;
    return refused('node_not_found', `there is no node ${nodeId} to place ${name} on`);
  }
  const move = { cause: 'split', inSyncMin: 0, begunAtMs: spec.begunAtMs } as const;
  const { formerIds: _, ...rest } = split;
  const filling: CollectionEntry = {
    ...rest,
    id: spec.id,
    state: 'filling',
    splitOf: split.id,
    partitions: spec.placement.map((nodeIds) => ({
      generation: 1,
      replicas: nodeIds.map((nodeId) => ({ nodeId, state: 'recovering' as const, move })),
    })),
  };
  return changed(topology, { collection: filling });
}

/** A partition of the filling collection has as many replicas in sync as the one that it relieves. */
export function isFilled(relieved: PartitionEntry, filling: PartitionEntry): boolean {
  const needed = Math.min(inSyncCount(relieved), filling.replicas.length);
  return inSyncCount(filling) >= Math.max(1, needed);
}

/** Whether the filling collection may take over: all its partitions are filled. */
export function mayFinishSplit(split: CollectionEntry, filling: CollectionEntry): boolean {
  return filling.partitions.every((entry, partition) => {
    const relieved = split.partitions[parentPartition(partition, split, filling)];
    return relieved !== undefined && isFilled(relieved, entry);
  });
}

/** Puts the filling collection in force. Nothing changes unless it may take over. */
export function finishSplit(topology: Topology, id: CollectionId): TransitionResult {
  const filling = topology.collections.get(id);
  const split = filling?.splitOf && topology.collections.get(filling.splitOf);
  if (filling?.state !== 'filling' || split?.state !== 'ready') {
    return { kind: 'unchanged', topology };
  }
  if (!mayFinishSplit(split, filling)) return { kind: 'unchanged', topology };
  // What was changed of the collection meanwhile holds for the one in its place.
  const { replicationFactor, minInSync, balancingPolicy, formerIds = [] } = split;
  const { splitOf: _, balancingPolicy: __, ...rest } = filling;
  const inForce: CollectionEntry = {
    ...rest,
    state: 'ready',
    replicationFactor,
    minInSync,
    ...(balancingPolicy === undefined ? {} : { balancingPolicy }),
    formerIds: [...formerIds, split.id].slice(-FORMER_IDS_MAX),
    // In the generation that its nodes know: whoever knows an older topology writes to both, and is
    // stopped by the one that is retired.
    partitions: filling.partitions.map((entry, partition) => {
      const relieved = split.partitions[parentPartition(partition, split, filling)];
      const before = minInSyncOf(split, relieved ?? {});
      const inPlace = { ...entry, replicas: entry.replicas.map(settled) };
      return withMinInSync(inPlace, before, split);
    }),
  };
  const retired: CollectionEntry = {
    ...split,
    state: 'retired',
    partitions: split.partitions.map(({ generation, replicas }) => ({
      generation: generation + 1,
      replicas: replicas.map(settled),
    })),
  };
  return changed(topology, { collection: inForce, others: [retired] });
}

/** Gives up the filling collection. */
export function cancelSplit(topology: Topology, id: CollectionId): TransitionResult {
  if (topology.collections.get(id)?.state !== 'filling') return { kind: 'unchanged', topology };
  return { kind: 'changed', topology: withoutCollection(topology, id) };
}

/** Forgets a retired collection: nobody can mean it any more. */
export function forgetRetired(topology: Topology, id: CollectionId): TransitionResult {
  if (topology.collections.get(id)?.state !== 'retired') return { kind: 'unchanged', topology };
  return { kind: 'changed', topology: withoutCollection(topology, id) };
}

/** As a replica is that no step is under way for. */
function settled({ nodeId, state }: ReplicaEntry): ReplicaEntry {
  return { nodeId, state };
}

function inSyncCount({ replicas }: PartitionEntry): number {
  return replicas.filter(({ state }) => state === 'in_sync').length;
}
