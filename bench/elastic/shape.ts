/** What a cluster looks like while its shape changes: loads, and whether it is at rest. */
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient, Topology } from '../../src/client/index.js';

/** Replicas by node. */
export function loadsOf({ nodes, collections }: Topology): Map<string, number> {
  const loads = new Map(nodes.map(({ nodeId }) => [nodeId, 0]));
  for (const { partitions } of collections) {
    for (const { nodeId } of partitions.flatMap(({ replicas }) => replicas)) {
      loads.set(nodeId, (loads.get(nodeId) ?? 0) + 1);
    }
  }
  return loads;
}

/** Where replicas are, one text for each. */
export function holdersOf({ collections }: Topology): Set<string> {
  const holders = collections.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ partition, replicas }) =>
      replicas.map(({ nodeId }) => `${name}/${partition}/${nodeId}`),
    ),
  );
  return new Set(holders);
}

/**
 * Resolves when nothing moves any more, nothing is to be moved, and `replicaCount` replicas are in
 * sync; `isReached` says more about the shape. Rejects after `limitMs`.
 */
export async function untilAtRest(
  client: AnnulusClient,
  replicaCount: number,
  isReached: (topology: Topology) => boolean,
  limitMs: number,
): Promise<Topology> {
  const giveUpAtMs = systemClock.nowMs() + limitMs;
  let last: object = {};
  for (;;) {
    try {
      const topology = await client.cluster.getTopology();
      const replicas = topology.collections.flatMap(({ partitions }) =>
        partitions.flatMap((partition) => partition.replicas),
      );
      last = { loads: [...loadsOf(topology)], replicas: replicas.length };
      const isWhole =
        replicas.length === replicaCount && replicas.every(({ state }) => state === 'in_sync');
      if (isWhole && isReached(topology)) {
        const { moves } = await client.cluster.moves.list();
        // A coordinator that has just begun knows of no moves yet, but of what there is to be moved.
        const planned = await client.cluster.moves.plan();
        last = { ...last, moves: moves.length, planned: planned.moves.length };
        if (moves.length + planned.moves.length === 0) return topology;
      }
    } catch (error) {
      // The coordinator may be away for a moment.
      last = { error: String(error) };
    }
    if (systemClock.nowMs() > giveUpAtMs) {
      throw new Error(`not at rest after ${limitMs} ms: ${JSON.stringify(last)}`);
    }
    await new Promise<void>((resolve) => systemClock.setTimer(100, resolve));
  }
}
