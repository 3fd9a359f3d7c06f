/**
 * In-sync replicas hold the same documents and tombstones in the same versions, once all is quiet.
 *
 * `unless_a_write_failed` leaves out partitions of which a write was not acknowledged: it may be on
 * some of the replicas only, and nothing settles that before it is written again. (Once a replica
 * that misses a write is taken out of the in-sync set, `always` holds at any rest.)
 */
import { replicaName } from '../../../shards/replica-set.js';
import type { Partition } from '../../../src/base/ids.js';
import type { SimCluster } from '../sim-cluster.js';

export type DigestDemand = 'always' | 'unless_a_write_failed';

export function checkDigests(
  cluster: SimCluster,
  demand: DigestDemand,
  partitionOf: (id: string) => Partition,
): void {
  const { coordinator, history, violations } = cluster;
  if (coordinator === undefined) return;
  const unsettled = new Set<Partition>();
  for (const id of history.ids()) {
    if (demand === 'always') break;
    const hasFailed = history.writesOf(id).some((write) => write.state !== 'acknowledged');
    if (hasFailed) unsettled.add(partitionOf(id));
  }
  const { id, partitions } = cluster.collection(coordinator);
  partitions.forEach(({ replicas }, partition) => {
    if (unsettled.has(partition)) return;
    const digests = new Set<string>();
    for (const { nodeId, state } of replicas) {
      if (state !== 'in_sync') continue;
      const node = cluster.nodes.find((known) => known.nodeId === nodeId);
      const disk = node?.disks.disk(replicaName(id, partition));
      digests.add(disk === undefined ? 'none' : disk.digest.join());
    }
    if (digests.size <= 1) return;
    violations.add('in-sync replicas are equal at rest', `partition ${partition}: they differ`);
  });
}
