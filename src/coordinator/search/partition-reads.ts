import type { Partition } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { PartitionRead } from './scatter-gather-port.js';

/** The reads of all partitions, or of those named: only in-sync replicas may answer. */
export function partitionReads(
  collection: CollectionEntry,
  partitions?: Iterable<Partition>,
): PartitionRead[] {
  const wanted = partitions ?? collection.partitions.keys();
  return [...wanted].map((partition) => {
    const entry = collection.partitions[partition];
    invariant(entry !== undefined, `${collection.name} has no partition ${partition}`);
    return {
      partition,
      generation: entry.generation,
      nodeIds: entry.replicas.filter((r) => r.state === 'in_sync').map((r) => r.nodeId),
    };
  });
}
