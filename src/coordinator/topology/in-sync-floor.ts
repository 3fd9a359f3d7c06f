/**
 * How many replicas in sync a write of a partition needs. That is what its collection asks for; but
 * where more is asked for than there has been, writes go on with what there was, and the partition's
 * own number rises with its replicas in sync until it is the collection's. It sinks only when an
 * operator asks for less, never because a replica is lost. It is in the topology, so all coordinators
 * go by the same.
 */
import type { CollectionEntry, PartitionEntry } from './topology.js';

type Wanted = Pick<CollectionEntry, 'minInSync'>;

export function minInSyncOf({ minInSync }: Wanted, entry: Pick<PartitionEntry, 'minInSync'>) {
  return entry.minInSync ?? minInSync;
}

/** The partition in a collection that asks for `wanted`, where it has needed `before` so far. */
export function withMinInSync(
  { minInSync: _, ...entry }: PartitionEntry,
  before: number,
  { minInSync: wanted }: Wanted,
): PartitionEntry {
  const inSyncCount = entry.replicas.filter(({ state }) => state === 'in_sync').length;
  const minInSync = Math.max(1, Math.min(wanted, Math.max(before, inSyncCount)));
  return minInSync === wanted ? entry : { ...entry, minInSync };
}

/** The same after its replicas have changed. */
export function withRisenMinInSync(entry: PartitionEntry, collection: Wanted): PartitionEntry {
  return entry.minInSync === undefined ? entry : withMinInSync(entry, entry.minInSync, collection);
}
