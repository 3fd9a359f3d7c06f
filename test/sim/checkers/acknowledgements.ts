/**
 * A write is acknowledged only while its partition has as many replicas in sync as it needs; and that
 * number follows what operators ask for and what there has been, whoever else changes the topology.
 */
import { partitionOf } from '../../../src/base/hash64.js';
import type {
  CollectionEntry,
  PartitionEntry,
} from '../../../src/coordinator/topology/topology.js';
import type { SimCluster } from '../sim-cluster.js';

/** To be called when a write of these ids is answered, some of which it acknowledged. */
export function checkInSyncCount(
  { minInSync, violations }: SimCluster,
  collection: CollectionEntry | undefined,
  ids: readonly string[],
): void {
  const [id] = ids;
  if (collection === undefined || id === undefined) return;
  const { partitions } = collection;
  const partition = partitionOf(id, partitions.length);
  // Of several partitions one may have lost a replica while others were waited for.
  if (ids.some((other) => partitionOf(other, partitions.length) !== partition)) return;
  const entry = partitions[partition];
  const count = inSyncCount(entry);
  const needed = Math.max(minInSync, entry?.minInSync ?? collection.minInSync);
  if (count >= needed) return;
  const detail = `${id}: ${count} replicas in sync, ${needed} needed`;
  violations.add('a write is acknowledged by enough replicas', detail);
}

/** To be called for each partition at each change of the topology. */
export function checkFloor(
  { violations }: Pick<SimCluster, 'violations'>,
  where: string,
  before: { collection: CollectionEntry; entry: PartitionEntry },
  after: { collection: CollectionEntry; entry: PartitionEntry },
): void {
  const floorOf = ({ collection, entry }: typeof before) => entry.minInSync ?? collection.minInSync;
  const wanted = after.collection.minInSync;
  const reached = Math.max(Math.min(wanted, floorOf(before)), inSyncCount(after.entry));
  const expected = Math.min(wanted, reached);
  if (floorOf(after) === expected) return;
  const detail = `${where}: ${floorOf(after)}, not ${expected} of ${wanted}`;
  violations.add('a write needs as many replicas as there have been, of those asked for', detail);
}

function inSyncCount(entry: PartitionEntry | undefined): number {
  return entry?.replicas.filter(({ state }) => state === 'in_sync').length ?? 0;
}
