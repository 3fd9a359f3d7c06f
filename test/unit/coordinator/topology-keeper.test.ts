import { describe, expect, it } from 'vitest';
import {
  MemoryTopologyCells,
  MemoryTopologyStore,
} from '../../../src/coordinator/topology/memory-topology-store.js';
import { emptyTopology, type Topology } from '../../../src/coordinator/topology/topology.js';
import { updateTopology } from '../../../src/coordinator/topology/topology-editor.js';
import { TopologyStoreError } from '../../../src/coordinator/topology/topology-store.js';
import { addNode } from '../../../src/coordinator/topology/topology-transitions.js';
import { TopologyKeeper } from '../../../src/coordinator/topology-keeper.js';
import { node } from './topology/topology-kit.js';

/** Tells its watchers nothing, and can be away. */
class MuteStore extends MemoryTopologyStore {
  isAway = false;
  loadCount = 0;

  override watch(): () => void {
    return () => {};
  }

  override load(): Promise<Topology | undefined> {
    this.loadCount += 1;
    if (this.isAway) return Promise.reject(new TopologyStoreError('unavailable', 'no etcd'));
    return super.load();
  }
}

async function world() {
  const cells = new MemoryTopologyCells();
  const other = new MemoryTopologyStore(cells);
  const initial = emptyTopology('c');
  await other.compareAndSwap(undefined, initial);
  const store = new MuteStore(cells);
  return { other, store, keeper: new TopologyKeeper(store, initial) };
}

describe('TopologyKeeper', () => {
  it('sees when asked what another coordinator has changed', async () => {
    const { other, keeper } = await world();
    const heard: number[] = [];
    keeper.onChange(({ epoch }) => heard.push(epoch));
    await updateTopology(other, (now) => addNode(now, node('a')));
    expect(keeper.current.epoch).toBe(0);
    expect(await keeper.refresh()).toBe(true);
    expect(keeper.current.nodes.size).toBe(1);
    expect(heard).toEqual([1]);
  });

  it('looks twice for any number that ask at once, so that the last look began after all of them', async () => {
    const { other, store, keeper } = await world();
    await updateTopology(other, (now) => addNode(now, node('a')));
    const many = Array.from({ length: 100 }, () => keeper.refresh());
    expect(await Promise.all(many)).toEqual(Array(100).fill(true));
    expect(keeper.current.epoch).toBe(1);
    expect(store.loadCount).toBe(2);
    expect(await keeper.refresh()).toBe(true);
    expect(store.loadCount).toBe(3);
  });

  it('says so when the store is away, and fails changes with their own reason', async () => {
    const { store, keeper } = await world();
    store.isAway = true;
    expect(await keeper.refresh()).toBe(false);
    await expect(keeper.update((now) => addNode(now, node('a')))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'TOPOLOGY_UNAVAILABLE',
      isRetriable: true,
    });
    store.isAway = false;
    expect((await keeper.update((now) => addNode(now, node('a')))).epoch).toBe(1);
  });
});
