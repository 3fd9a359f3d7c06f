/** Making collections while the cluster changes. */
import { expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { seededRandom } from '../../../../src/base/random.js';
import { CollectionAdmin } from '../../../../src/coordinator/admin/collection-admin.js';
import type { NodeRegistry } from '../../../../src/coordinator/nodes/node-registry.js';
import { discardNode } from '../../../../src/coordinator/topology/move-transitions.js';
import { emptyTopology, type Topology } from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  type Transition,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import type { TopologyKeeper } from '../../../../src/coordinator/topology-keeper.js';
import { VirtualClock } from '../../../support/virtual-clock.js';
import { expectChanged, node } from '../topology/topology-kit.js';

it('leaves nothing behind, and may be tried again, when a node is removed in the middle of it', async () => {
  let topology: Topology = expectChanged(addNode(emptyTopology('cluster-1'), node('a')));
  const nodes = {
    get: (id: string) =>
      [...topology.nodes.keys()].some((known) => known === id)
        ? { health: { state: 'up' } }
        : undefined,
  };
  const keeper = {
    get current() {
      return topology;
    },
    async update(transition: Transition) {
      const isFirst = topology.collections.size === 0;
      const result = transition(topology);
      if (result.kind === 'changed') topology = result.topology;
      const entered = topology;
      // The collection is entered, and the node that is to hold it is gone.
      if (isFirst) topology = expectChanged(discardNode(topology, nodeId('a')));
      return entered;
    },
  };
  const admin = new CollectionAdmin(
    keeper as unknown as TopologyKeeper,
    nodes as unknown as NodeRegistry,
    new VirtualClock(),
    seededRandom(1),
    silentLogger,
  );
  const wanted = { name: 'docs', dimension: 3, metric: 'l2' as const, m: 16, efConstruction: 128 };
  const made = admin.create({ ...wanted, partitionCount: 1, replicationFactor: 1 });
  await expect(made).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'PARTITION_UNAVAILABLE',
    message: 'node a, which was to hold a part of it, was removed; try again',
  });
  expect(topology.collections.size).toBe(0);
});
