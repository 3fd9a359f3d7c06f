import type { NodeId, Partition } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { ReplicaSets } from '../resilience/read-gate.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { PartitionRead } from './scatter-gather-port.js';

/** A collection's entry never changes: what follows from it is worked out once. */
const setsOf = new WeakMap<CollectionEntry, ReplicaSets>();
const readsOf = new WeakMap<CollectionEntry, readonly PartitionRead[]>();

/** The nodes that could answer for each partition, each list of them once. */
export function replicaSets(collection: CollectionEntry): ReplicaSets {
  const known = setsOf.get(collection);
  if (known !== undefined) return known;
  const sets = new Map<string, readonly NodeId[]>();
  for (const { nodeIds } of partitionReads(collection)) {
    sets.set([...nodeIds].sort().join(' '), nodeIds);
  }
  const distinct = [...sets.values()];
  setsOf.set(collection, distinct);
  return distinct;
}

/** The reads of all partitions, or of those named: only in-sync replicas may answer. */
export function partitionReads(
  collection: CollectionEntry,
  partitions?: Iterable<Partition>,
): readonly PartitionRead[] {
  if (partitions !== undefined) return makeReads(collection, partitions);
  let reads = readsOf.get(collection);
  if (reads === undefined) {
    reads = makeReads(collection, collection.partitions.keys());
    readsOf.set(collection, reads);
  }
  return reads;
}

function makeReads(collection: CollectionEntry, partitions: Iterable<Partition>): PartitionRead[] {
  return [...partitions].map((partition) => {
    const entry = collection.partitions[partition];
    invariant(entry !== undefined, `${collection.name} has no partition ${partition}`);
    return {
      partition,
      generation: entry.generation,
      nodeIds: entry.replicas.filter((r) => r.state === 'in_sync').map((r) => r.nodeId),
    };
  });
}
