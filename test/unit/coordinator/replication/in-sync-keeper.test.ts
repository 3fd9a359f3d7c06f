import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../../src/base/errors.js';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { InSyncKeeper } from '../../../../src/coordinator/replication/in-sync-keeper.js';
import { ReplicationEvents } from '../../../../src/coordinator/replication/replication-events.js';
import { MemoryTopologyStore } from '../../../../src/coordinator/topology/memory-topology-store.js';
import {
  awaitReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import type { Topology } from '../../../../src/coordinator/topology/topology.js';
import { emptyTopology } from '../../../../src/coordinator/topology/topology.js';
import { TopologyStoreError } from '../../../../src/coordinator/topology/topology-store.js';
import {
  addNode,
  createCollection,
  type TransitionResult,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { TopologyKeeper } from '../../../../src/coordinator/topology-keeper.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const [a, b, c] = [nodeId('a'), nodeId('b'), nodeId('c')];
const collection = collectionId('c0ffee');

function grown(result: TransitionResult): Topology {
  if (result.kind === 'refused') throw new Error(result.message);
  return result.topology;
}

function startingTopology(partitionCount: number): Topology {
  let topology = emptyTopology('cluster');
  for (const id of [a, b, c]) {
    topology = grown(addNode(topology, { nodeId: id, address: 'h:1', zone: id, weight: 1 }));
  }
  const placement = Array.from({ length: partitionCount }, () => [a, b, c]);
  const shape = { id: collection, name: 'docs', dimension: 2, metric: 'l2' as const };
  const graph = { m: 16, efConstruction: 100, replicationFactor: 3, createdAtMs: 0 };
  return grown(createCollection(topology, { ...shape, ...graph, placement }));
}

class World {
  readonly clock = new VirtualClock();
  readonly heard: string[] = [];
  /** Nodes that are not there. */
  readonly lost = new Set<NodeId>();
  readonly topology: TopologyKeeper;
  readonly keeper: InSyncKeeper;
  updateCount = 0;
  isStoreDown = false;
  isStoreAway = false;

  private constructor(store: MemoryTopologyStore, initial: Topology) {
    this.topology = new TopologyKeeper(store, initial);
    const events = new ReplicationEvents();
    events.subscribe({
      onEvicted: ({ partition, nodeId: id }, cause) =>
        this.heard.push(`${partition}@${id} out: ${cause}`),
      onRecoveringMissedWrite: ({ partition, nodeId: id }) =>
        this.heard.push(`${partition}@${id} missed`),
    });
    const changer: Pick<TopologyKeeper, 'update'> = {
      update: (transition) => {
        this.updateCount += 1;
        if (this.isStoreAway) {
          const away = new AnnulusError('UNAVAILABLE', 'TOPOLOGY_UNAVAILABLE', 'no etcd');
          return Promise.reject(away);
        }
        if (this.isStoreDown) return Promise.reject(new TopologyStoreError('failed', 'disk'));
        return this.topology.update(transition);
      },
    };
    const nodes = { get: (id: NodeId) => ({ keeps: () => !this.lost.has(id) }) };
    this.keeper = new InSyncKeeper(changer, nodes, events, this.clock, silentLogger);
  }

  static async of(initial: Topology): Promise<World> {
    const store = new MemoryTopologyStore();
    await store.compareAndSwap(undefined, initial);
    return new World(store, initial);
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.clock.runUntilTrue(() => isSettled, 60_000);
    return promise;
  }

  inSync(partition: number): string {
    const entry = this.topology.current.collections.get(collection)?.partitions[partition];
    const inSync = entry?.replicas.filter(({ state }) => state === 'in_sync') ?? [];
    return `${inSync.map((r) => r.nodeId).join()} in ${entry?.generation}`;
  }
}

const ref = (partition: number, id = c) => ({ collectionId: collection, partition, nodeId: id });

describe('InSyncKeeper', () => {
  it('takes a dead node out of all its partitions in one change', async () => {
    const world = await World.of(startingTopology(64));
    const wishes = Array.from({ length: 640 }, (_, i) =>
      world.keeper.evict(ref(i % 64), 'unavailable'),
    );
    const outcomes = await world.settled(Promise.all(wishes));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['evicted']));
    expect(world.updateCount).toBe(1);
    expect(world.inSync(0)).toBe('a,b in 2');
    expect(world.inSync(63)).toBe('a,b in 2');
    expect(world.heard.length).toBe(64);
  });

  it('never takes the last in-sync replica, whoever asks at the same time', async () => {
    const world = await World.of(startingTopology(1));
    const wishes = [a, b, c].map((id) => world.keeper.evict(ref(0, id), 'timed_out'));
    const outcomes = await world.settled(Promise.all(wishes));
    expect(outcomes.map(({ status }) => status)).toEqual(['evicted', 'evicted', 'refused']);
    expect(world.inSync(0)).toBe('c in 3');
  });

  it('takes none out for replicas that are not there', async () => {
    const world = await World.of(startingTopology(1));
    world.lost.add(a);
    const first = await world.settled(world.keeper.evict(ref(0, c), 'unavailable'));
    expect(first.status).toBe('evicted');
    const second = await world.settled(world.keeper.evict(ref(0, b), 'unavailable'));
    expect(second).toEqual({ status: 'refused', detail: 'no other replica in sync is there' });
    expect(world.inSync(0)).toBe('a,b in 2');
    const lost = await world.settled(world.keeper.evict(ref(0, a), 'unavailable'));
    expect(lost.status).toBe('evicted');
  });

  it('looks who is there when the change is made, however long it had to wait for the store', async () => {
    const world = await World.of(startingTopology(1));
    world.isStoreAway = true;
    const wish = world.keeper.evict(ref(0), 'unavailable');
    await world.clock.runFor(5_000);
    for (const id of [a, b]) world.lost.add(id);
    world.isStoreAway = false;
    expect((await world.settled(wish)).status).toBe('refused');
    expect(world.inSync(0)).toBe('a,b,c in 1');
  });

  it('refuses when the store fails, and works again when it does', async () => {
    const world = await World.of(startingTopology(1));
    world.isStoreDown = true;
    const failed = await world.settled(world.keeper.evict(ref(0), 'timed_out'));
    expect(failed).toEqual({ status: 'refused', detail: 'disk' });
    world.isStoreDown = false;
    const done = await world.settled(world.keeper.evict(ref(0), 'timed_out'));
    expect(done.status).toBe('evicted');
  });

  it('lets writes wait no more for a recovering replica that misses one', async () => {
    const out = grown(setReplicaState(startingTopology(1), ref(0), 'recovering'));
    const world = await World.of(grown(awaitReplica(out, ref(0), 2)));
    const outcomes = [];
    for (let i = 0; i < 2; i += 1) {
      outcomes.push(await world.settled(world.keeper.evict(ref(0), 'timed_out')));
      expect(world.inSync(0)).toBe('a,b in 4');
    }
    expect(outcomes).toEqual([{ status: 'evicted' }, { status: 'evicted' }]);
    const entry = world.topology.current.collections.get(collection)?.partitions[0];
    expect(entry?.replicas.some(({ isAwaited }) => isAwaited)).toBe(false);
  });

  it('waits for a store that is away, tells so, and takes all out at once when it is back', async () => {
    const world = await World.of(startingTopology(4));
    world.isStoreAway = true;
    let delayedCount = 0;
    const onDelayed = () => {
      delayedCount += 1;
    };
    const wishes = [0, 1, 0, 2].map((p) =>
      world.keeper.evict(ref(p), 'unavailable', () => onDelayed()),
    );
    await world.clock.runForAsync(60_000);
    expect(delayedCount).toBe(4);
    wishes.push(world.keeper.evict(ref(0), 'unavailable', onDelayed));
    await world.clock.runForAsync(10);
    expect(delayedCount).toBe(5);
    expect(world.updateCount).toBeLessThan(50);
    world.isStoreAway = false;
    const outcomes = await world.settled(Promise.all(wishes));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['evicted']));
    expect([0, 1, 2].map((p) => world.inSync(p))).toEqual(Array(3).fill('a,b in 2'));
    expect(world.heard).toHaveLength(3);
  });

  it('refuses what waits for the store when it is closed', async () => {
    const world = await World.of(startingTopology(1));
    world.isStoreAway = true;
    const wish = world.keeper.evict(ref(0), 'unavailable');
    await world.clock.runForAsync(1_000);
    world.keeper.close();
    expect((await world.settled(wish)).status).toBe('refused');
  });

  it('changes nothing once closed', async () => {
    const world = await World.of(startingTopology(1));
    world.keeper.close();
    expect((await world.keeper.evict(ref(0), 'timed_out')).status).toBe('refused');
    expect(world.updateCount).toBe(0);
  });
});
