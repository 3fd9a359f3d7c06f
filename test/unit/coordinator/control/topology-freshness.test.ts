import { describe, expect, it } from 'vitest';
import { collectionId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { TopologyFreshness } from '../../../../src/coordinator/control/topology-freshness.js';
import { UnfinishedCollections } from '../../../../src/coordinator/control/unfinished-collections.js';
import { MemoryTopologyStore } from '../../../../src/coordinator/topology/memory-topology-store.js';
import { emptyTopology, type Topology } from '../../../../src/coordinator/topology/topology.js';
import { TopologyStoreError } from '../../../../src/coordinator/topology/topology-store.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { VirtualClock } from '../../../support/virtual-clock.js';
import { expectChanged, newCollection, node } from '../topology/topology-kit.js';

class FickleStore extends MemoryTopologyStore {
  isAway = false;

  override load(): Promise<Topology | undefined> {
    if (this.isAway) return Promise.reject(new TopologyStoreError('unavailable', 'away'));
    return super.load();
  }
}

describe('TopologyFreshness', () => {
  it('says how long the store was not heard once that is over the lease, until it is again', async () => {
    const clock = new VirtualClock();
    const store = new FickleStore();
    const freshness = new TopologyFreshness(store, clock, silentLogger, 5_000);
    await clock.runForAsync(60_000);
    expect(freshness.ageMs).toBeLessThanOrEqual(1_000);
    expect(freshness.staleMs).toBe(0);
    store.isAway = true;
    await clock.runForAsync(3_900);
    expect(freshness.staleMs).toBe(0);
    await clock.runForAsync(2_200);
    expect(freshness.staleMs).toBeGreaterThan(5_000);
    store.isAway = false;
    await clock.runForAsync(1_000);
    expect(freshness.staleMs).toBe(0);
    freshness.close();
  });

  it('has nothing to say where the store is the own one of this process', async () => {
    const clock = new VirtualClock();
    const store = Object.assign(new FickleStore(), { isShared: false });
    const freshness = new TopologyFreshness(store, clock, silentLogger, 5_000);
    await clock.runForAsync(60_000);
    expect([freshness.ageMs, freshness.staleMs]).toEqual([0, 0]);
  });
});

describe('UnfinishedCollections', () => {
  it('drops what stays unfinished for a minute, and nothing that is finished in time', async () => {
    const clock = new VirtualClock();
    let current = emptyTopology('c');
    current = expectChanged(addNode(current, node('a')));
    for (const name of ['left', 'slow', 'late'])
      current = expectChanged(createCollection(current, newCollection(name, [['a']])));
    const dropped: string[] = [];
    let isController = false;
    const unfinished = new UnfinishedCollections({
      topology: {
        get current() {
          return current;
        },
      },
      drop: async ({ name }) => void dropped.push(name),
      isController: () => isController,
      clock,
    });
    await clock.runForAsync(50_000);
    for (const name of ['slow', 'late'])
      current = expectChanged(markCollectionReady(current, collectionId(`id-${name}`)));
    await clock.runForAsync(60_000);
    expect(dropped).toEqual([]);
    isController = true;
    await clock.runForAsync(5_000);
    expect(dropped).toEqual(['left']);
    unfinished.close();
  });
});
