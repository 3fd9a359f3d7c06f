/** A write is acknowledged only while its partition has as many replicas in sync as it needs. */
import { partitionOf } from '../../../src/base/hash64.js';
import type { CollectionEntry } from '../../../src/coordinator/topology/topology.js';
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
  const replicas = partitions[partition]?.replicas ?? [];
  const count = replicas.filter(({ state }) => state === 'in_sync').length;
  if (count >= minInSync) return;
  const detail = `${id}: ${count} replicas in sync, ${minInSync} needed`;
  violations.add('a write is acknowledged by enough replicas', detail);
}
