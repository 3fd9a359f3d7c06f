/** What every adapter of the `TopologyStore` port must do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeId } from '../../src/base/ids.js';
import { makeVersion, NO_VERSION } from '../../src/base/version.js';
import {
  emptyTopology,
  makeTopology,
  type Topology,
} from '../../src/coordinator/topology/topology.js';
import {
  loadOrCreateTopology,
  updateTopology,
} from '../../src/coordinator/topology/topology-editor.js';
import { serializeTopology } from '../../src/coordinator/topology/topology-json.js';
import type { TopologyStore } from '../../src/coordinator/topology/topology-store.js';
import { addNode } from '../../src/coordinator/topology/topology-transitions.js';

/** One place where a topology is kept, empty at first. */
export interface TopologyStoreKit {
  /** A coordinator's store over it; opened again after `close`, it is there again. */
  open(): Promise<TopologyStore>;
  dispose(): Promise<void>;
}

export interface TopologyStoreTraits {
  /** Several coordinators can have it open at once. */
  isShared: boolean;
}

function nodeNamed(name: string) {
  return { nodeId: nodeId(name), address: `${name}:1`, zone: name, weight: 1 };
}

function withNode(topology: Topology, name: string): Topology {
  const result = addNode(topology, nodeNamed(name));
  if (result.kind !== 'changed') throw new Error(result.kind);
  return result.topology;
}

export function describeTopologyStore(
  name: string,
  makeKit: () => Promise<TopologyStoreKit>,
  traits: TopologyStoreTraits,
): void {
  describe(`${name} as a topology store`, () => {
    let kit: TopologyStoreKit;
    let store: TopologyStore;
    const first = emptyTopology('cluster-1');

    beforeEach(async () => {
      kit = await makeKit();
      store = await kit.open();
    });
    afterEach(async () => {
      await store.close();
      await kit.dispose();
    });

    it('holds no topology at first', async () => {
      expect(await store.load()).toBeUndefined();
    });

    it('takes the first topology once only', async () => {
      expect(await store.compareAndSwap(undefined, first)).toBe(true);
      expect(await store.compareAndSwap(undefined, emptyTopology('cluster-2'))).toBe(false);
      expect((await store.load())?.clusterId).toBe('cluster-1');
    });

    it('gives back what was put in force, also after it was opened again', async () => {
      const second = withNode(first, 'n1');
      await store.compareAndSwap(undefined, first);
      expect(await store.compareAndSwap(0, second)).toBe(true);
      for (let round = 0; round < 2; round += 1) {
        const loaded = (await store.load()) as Topology;
        expect(serializeTopology(loaded)).toBe(serializeTopology(second));
        await store.close();
        store = await kit.open();
      }
    });

    it('refuses a change of a topology that is not in force, and keeps the one that is', async () => {
      await store.compareAndSwap(undefined, first);
      const second = withNode(first, 'n1');
      await store.compareAndSwap(0, second);
      expect(await store.compareAndSwap(0, withNode(first, 'n2'))).toBe(false);
      expect(await store.compareAndSwap(7, makeTopology('cluster-1', 8, [], []))).toBe(false);
      expect([...((await store.load()) as Topology).nodes.keys()]).toEqual(['n1']);
    });

    it('lets one of many changes of the same topology through', async () => {
      await store.compareAndSwap(undefined, first);
      const names = Array.from({ length: 10 }, (_, i) => `n${i}`);
      const won = await Promise.all(
        names.map((nodeName) => store.compareAndSwap(0, withNode(first, nodeName))),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect([...((await store.load()) as Topology).nodes.keys()]).toEqual([
        names[won.indexOf(true)],
      ]);
    });

    it('loses none of many edits made at once', async () => {
      await loadOrCreateTopology(store, first);
      const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
      await Promise.all(
        names.map((nodeName) => updateTopology(store, (t) => addNode(t, nodeNamed(nodeName)))),
      );
      const loaded = (await store.load()) as Topology;
      expect([...loaded.nodes.keys()].sort()).toEqual([...names].sort());
      expect(loaded.epoch).toBe(12);
    });

    it('tells a watcher the present topology, then newer ones, in order and none twice', async () => {
      await store.compareAndSwap(undefined, first);
      const epochs: number[] = [];
      const stop = store.watch((topology) => epochs.push(topology.epoch));
      expect(epochs).toEqual([]);
      await expect.poll(() => epochs).toEqual([0]);
      let topology = first;
      for (let i = 0; i < 5; i += 1) {
        const next = withNode(topology, `n${i}`);
        await store.compareAndSwap(topology.epoch, next);
        topology = next;
      }
      await expect.poll(() => epochs.at(-1)).toBe(5);
      expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
      stop();
      stop();
      await store.compareAndSwap(5, withNode(topology, 'late'));
      expect(epochs.at(-1)).toBe(5);
    });

    it('tells a watcher that came before the first topology', async () => {
      const seen: Topology[] = [];
      store.watch((topology) => seen.push(topology));
      await store.compareAndSwap(undefined, first);
      await expect.poll(() => seen.map((topology) => topology.epoch)).toEqual([0]);
    });

    it('keeps the highest clock mark, also after it was opened again', async () => {
      expect(await store.loadClockMark()).toBe(NO_VERSION);
      const marks = [5000, 1_700_000_000_000, 4000].map((ms) => makeVersion(ms, 65_535, 3));
      await Promise.all(marks.map((mark) => store.saveClockMark(mark)));
      await store.close();
      store = await kit.open();
      expect(await store.loadClockMark()).toBe(makeVersion(1_700_000_000_000, 65_535, 3));
      await store.compareAndSwap(undefined, first);
      expect(await store.loadClockMark()).toBe(makeVersion(1_700_000_000_000, 65_535, 3));
    });

    it('gives the seat of the controller, and again when it was released', async () => {
      const seat = await store.takeController(2_000);
      expect(await seat?.renew()).toBe(true);
      await seat?.release();
      await seat?.release();
      const again = await store.takeController(2_000);
      expect(await again?.renew()).toBe(true);
      await again?.release();
    });

    it('keeps to one coordinator id, within 16 bits', async () => {
      const id = await store.claimCoordinatorId();
      expect(Number.isInteger(id) && id >= 0 && id <= 65_535).toBe(true);
      expect(await store.claimCoordinatorId()).toBe(id);
    });

    it('finishes what is under way before it closes, and answers `unavailable` afterwards', async () => {
      const seen: Topology[] = [];
      store.watch((topology) => seen.push(topology));
      const swap = store.compareAndSwap(undefined, first);
      await Promise.all([swap, store.close(), store.close()]);
      expect(await swap).toBe(true);
      const closed = { name: 'TopologyStoreError', failure: 'unavailable' };
      await expect(store.load()).rejects.toMatchObject(closed);
      await expect(store.compareAndSwap(0, withNode(first, 'n'))).rejects.toMatchObject(closed);
      await expect(store.saveClockMark(1n)).rejects.toMatchObject(closed);
      store = await kit.open();
      expect((await store.load())?.epoch).toBe(0);
    });
  });
  if (traits.isShared) describeSharing(name, makeKit);
}

function describeSharing(name: string, makeKit: () => Promise<TopologyStoreKit>): void {
  describe(`${name} as a topology store of two coordinators`, () => {
    let kit: TopologyStoreKit;
    let store: TopologyStore;
    let other: TopologyStore;
    const first = emptyTopology('cluster-1');

    beforeEach(async () => {
      kit = await makeKit();
      store = await kit.open();
      other = await kit.open();
    });
    afterEach(async () => {
      await store.close();
      await other.close();
      await kit.dispose();
    });

    it('gives them different ids, and frees the id of one that is gone', async () => {
      const ids = await Promise.all([store.claimCoordinatorId(), other.claimCoordinatorId()]);
      expect(ids[0]).not.toBe(ids[1]);
      await other.close();
      other = await kit.open();
      expect(await other.claimCoordinatorId()).not.toBe(ids[0]);
    });

    it('makes each see and hear what the other changed', async () => {
      const epochs: number[] = [];
      other.watch((topology) => epochs.push(topology.epoch));
      await store.compareAndSwap(undefined, first);
      await expect.poll(() => epochs).toEqual([0]);
      expect(await other.compareAndSwap(0, withNode(first, 'n1'))).toBe(true);
      expect(await store.compareAndSwap(0, withNode(first, 'n2'))).toBe(false);
      expect((await store.load())?.epoch).toBe(1);
      await other.saveClockMark(77n);
      expect(await store.loadClockMark()).toBe(77n);
    });

    it('gives one of them the seat of the controller, and the other one once that releases it', async () => {
      const seats = await Promise.all([store.takeController(2_000), other.takeController(2_000)]);
      const [mine, theirs] = seats;
      expect(seats.filter((seat) => seat !== undefined)).toHaveLength(1);
      const loser = mine === undefined ? store : other;
      expect(await loser.takeController(2_000)).toBeUndefined();
      await (mine ?? theirs)?.release();
      const next = await loser.takeController(2_000);
      expect(await next?.renew()).toBe(true);
      expect(await (mine === undefined ? other : store).takeController(2_000)).toBeUndefined();
      await next?.release();
    });

    it('creates one topology when both want to be first', async () => {
      const [mine, theirs] = await Promise.all([
        loadOrCreateTopology(store, emptyTopology('mine')),
        loadOrCreateTopology(other, emptyTopology('theirs')),
      ]);
      expect(mine.clusterId).toBe(theirs.clusterId);
    });
  });
}
