/**
 * At rest all replicas are in sync, and those of one partition hold the same documents and tombstones
 * in the same versions, but for tombstones near the end of their grace.
 */
import { replicaName } from '../../../shards/replica-set.js';
import type { SimulatedDisk } from '../../../shards/store/simulated-disk.js';
import { tombstoneHorizon } from '../../../src/base/tombstone-horizon.js';
import type { Topology } from '../../../src/coordinator/topology/topology.js';
import type { SimCluster } from '../sim-cluster.js';

/** Replicas that do not take part in answers. */
export function recoveringIn(topology: Topology | undefined): string[] {
  const found: string[] = [];
  for (const { name, partitions } of topology?.collections.values() ?? []) {
    for (const [partition, { replicas }] of partitions.entries()) {
      for (const { nodeId, state } of replicas) {
        if (state !== 'in_sync') found.push(`${name}/${partition} on ${nodeId}`);
      }
    }
  }
  return found;
}

/** What is different, with the first id of it; empty when all are equal. */
export function differences(cluster: SimCluster): string[] {
  const { storedTopology, nodes, world, plan } = cluster;
  const found: string[] = [];
  // A little later than what nodes and coordinator have computed with.
  const horizon = tombstoneHorizon(world.wallMs(), plan.cluster.tombstoneGraceMs / 2);
  for (const { id, name, partitions } of storedTopology?.collections.values() ?? []) {
    for (const [partition, { replicas }] of partitions.entries()) {
      const disks = replicas.map(({ nodeId }) => ({
        nodeId,
        disk: nodes.find((node) => node.nodeId === nodeId)?.disks.disk(replicaName(id, partition)),
      }));
      const [first, ...others] = disks;
      for (const { nodeId, disk } of others) {
        const where = `${name}/${partition} on ${first?.nodeId} and ${nodeId}`;
        const difference = firstDifference(first?.disk, disk, horizon);
        if (difference !== undefined) found.push(`${where}: ${difference}`);
      }
    }
  }
  return found;
}

function firstDifference(
  a: SimulatedDisk | undefined,
  b: SimulatedDisk | undefined,
  horizon: bigint,
): string | undefined {
  if (a === undefined || b === undefined) return 'a replica is missing';
  for (const id of new Set([...a.records.keys(), ...b.records.keys()])) {
    const shown = [a, b].map((disk) => {
      const record = disk.records.get(id);
      const counts = record?.kind === 'row' || (record?.version ?? 0n) >= horizon;
      return counts ? `${record?.kind} ${record?.version}` : 'nothing';
    });
    if (shown[0] !== shown[1]) return `${id} is ${shown[0]}, and ${shown[1]}`;
  }
  return undefined;
}
