import { expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { MemoryTopologyStore } from '../../../../src/coordinator/topology/memory-topology-store.js';
import { emptyTopology, type Topology } from '../../../../src/coordinator/topology/topology.js';
import {
  loadOrCreateTopology,
  updateTopology,
} from '../../../../src/coordinator/topology/topology-editor.js';
import { addNode, removeNode } from '../../../../src/coordinator/topology/topology-transitions.js';
import { node } from './topology-kit.js';

/** A store in which somebody else changes the topology before each of the first swaps. */
class ContestedStore extends MemoryTopologyStore {
  rivals: string[] = [];
  override async compareAndSwap(expected: number | undefined, next: Topology): Promise<boolean> {
    const rival = this.rivals.shift();
    if (rival !== undefined) {
      const present = (await this.load()) as Topology;
      const result = addNode(present, node(rival));
      if (result.kind === 'changed') await super.compareAndSwap(present.epoch, result.topology);
    }
    return super.compareAndSwap(expected, next);
  }
}

async function contested(rivals: string[]): Promise<ContestedStore> {
  const store = new ContestedStore();
  await loadOrCreateTopology(store, emptyTopology('c'));
  store.rivals = rivals;
  return store;
}

it('starts over from what is in force when others are quicker', async () => {
  const store = await contested(['r1', 'r2', 'r3']);
  const result = await updateTopology(store, (topology) => addNode(topology, node('mine')));
  expect(result.kind).toBe('changed');
  expect([...((await store.load()) as Topology).nodes.keys()]).toEqual(['r1', 'r2', 'r3', 'mine']);
});

it('stores nothing when there is nothing to change or the change is refused', async () => {
  const store = await contested([]);
  await updateTopology(store, (topology) => addNode(topology, node('a')));
  const same = await updateTopology(store, (topology) => addNode(topology, node('a')));
  const refusal = await updateTopology(store, (topology) => removeNode(topology, nodeId('x')));
  expect([same.kind, refusal.kind]).toEqual(['unchanged', 'refused']);
  expect((await store.load())?.epoch).toBe(1);
});

it('gives up as `unavailable` when others are always quicker', async () => {
  const store = await contested(Array.from({ length: 1000 }, (_, i) => `r${i}`));
  const update = updateTopology(store, (topology) => addNode(topology, node('mine')));
  await expect(update).rejects.toMatchObject({
    name: 'TopologyStoreError',
    failure: 'unavailable',
  });
});
