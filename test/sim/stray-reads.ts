/**
 * Reads that no coordinator in its right mind would send, to replicas that recover: nodes must refuse
 * them by themselves.
 */
import type { Random } from '../../src/base/random.js';
import { oneOf, seedStream } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';

const TIME_MS = 1_000;

export class StrayReads {
  readonly #cluster: SimCluster;
  readonly #random: Random;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#random = seedStream(cluster.plan.seed, 'stray reads');
  }

  /** Asks one of the replicas that recover, if there are any; nodes' replies are checked anyway. */
  next(): void {
    const { storedTopology, nodes, world } = this.#cluster;
    const found = [...(storedTopology?.collections.values() ?? [])].flatMap((collection) =>
      collection.partitions.flatMap(({ replicas, generation }, partition) =>
        replicas
          .filter(({ state }) => state === 'recovering')
          .map(({ nodeId }) => ({ nodeId, collection: collection.id, partition, generation })),
      ),
    );
    if (found.length === 0) return;
    const { nodeId, collection, partition, generation } = oneOf(this.#random, found);
    const node = nodes.find((known) => known.nodeId === nodeId);
    if (node === undefined || !node.isRunning) return;
    const { process } = node;
    process.deliver(world.nowMs(), () => {
      const request = { kind: 'count' as const, collection, targets: [{ partition, generation }] };
      node.handle(request, process.nowMs() + TIME_MS, () => {});
    });
  }
}
