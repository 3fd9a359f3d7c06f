import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EtcdServer, etcdNote, hasEtcd } from '../../bench/cluster/etcd-server.js';
import { collectionId, nodeId } from '../../src/base/ids.js';
import { systemClock } from '../../src/base/system-clock.js';
import { systemRandom } from '../../src/base/system-random.js';
import { EtcdCells } from '../../src/coordinator/topology/etcd-cells.js';
import { EtcdConnection } from '../../src/coordinator/topology/etcd-connection.js';
import { EtcdTopologyStore } from '../../src/coordinator/topology/etcd-topology-store.js';
import { setReplicaState } from '../../src/coordinator/topology/replica-transitions.js';
import {
  emptyTopology,
  makeTopology,
  type Topology,
} from '../../src/coordinator/topology/topology.js';
import { updateTopology } from '../../src/coordinator/topology/topology-editor.js';
import { serializeTopology } from '../../src/coordinator/topology/topology-json.js';
import { addNode } from '../../src/coordinator/topology/topology-transitions.js';
import { describeTopologyStore } from './topology-store.contract.js';

const shared = { clock: systemClock, random: systemRandom };
let server: EtcdServer;
let prefixCount = 0;

/** A coordinator's store; each call is another coordinator unless it is named. */
function openStore(prefix: string, holder: string, endpoints = [server.endpoint]) {
  return EtcdTopologyStore.open({ endpoints, prefix, callTimeoutMs: 500 }, { ...shared, holder });
}

function cellsOf(prefix: string): { cells: EtcdCells; connection: EtcdConnection } {
  const connection = new EtcdConnection({ endpoints: [server.endpoint], prefix }, systemClock);
  return { cells: new EtcdCells(connection), connection };
}

function node(name: string) {
  return { nodeId: nodeId(name), address: `${name}:1`, zone: name, weight: 1 };
}

function large(partitionCount: number): Topology {
  const nodes = ['n1', 'n2', 'n3'].map((name) => ({ ...node(name), intent: 'active' as const }));
  const replicas = nodes.map(({ nodeId: id }) => ({ nodeId: id, state: 'in_sync' as const }));
  const entry = { generation: 1, replicas };
  const collection = {
    id: collectionId('abc'),
    name: 'large',
    state: 'ready' as const,
    dimension: 3,
    metric: 'cosine' as const,
    m: 16,
    efConstruction: 128,
    replicationFactor: 3,
    minInSync: 2,
    partitions: Array.from({ length: partitionCount }, () => entry),
    createdAtMs: 0,
  };
  const many = Array.from({ length: 3 }, (_, i) => ({
    ...collection,
    id: collectionId(`abc${i}`),
    name: `large-${i}`,
  }));
  return makeTopology('c', 1, nodes, many);
}

describe.skipIf(!hasEtcd)(`with a real etcd${etcdNote}`, () => {
  beforeAll(async () => {
    server = await EtcdServer.start();
  });
  afterAll(() => server.dispose());

  describeTopologyStore(
    'etcd',
    async () => {
      prefixCount += 1;
      const prefix = `/contract-${prefixCount}/`;
      let opened = 0;
      return {
        open: () => openStore(prefix, `holder-${opened++}`),
        dispose: async () => {},
      };
    },
    { isShared: true },
  );

  describe('EtcdTopologyStore', () => {
    let prefix: string;
    let store: EtcdTopologyStore;
    beforeEach(async () => {
      prefixCount += 1;
      prefix = `/own-${prefixCount}/`;
      store = await openStore(prefix, 'first');
    });
    afterEach(() => store.close());

    it('keeps a topology that is larger than an etcd value and transaction may be', async () => {
      await store.compareAndSwap(undefined, emptyTopology('c'));
      const topology = large(4096);
      expect(serializeTopology(topology).length).toBeGreaterThan(1_572_864);
      expect(await store.compareAndSwap(0, topology)).toBe(true);
      const other = await openStore(prefix, 'second');
      const loaded = (await other.load()) as Topology;
      expect(serializeTopology(loaded) === serializeTopology(topology)).toBe(true);
      await other.close();
    });

    it('writes what changed, and leaves nothing behind of what it replaced', async () => {
      await store.compareAndSwap(undefined, emptyTopology('c'));
      await store.compareAndSwap(0, large(1024));
      const { cells, connection } = cellsOf(prefix);
      const before = await cells.readAll('topology/part/', true);
      const ref = { collectionId: collectionId('abc1'), partition: 700, nodeId: nodeId('n2') };
      await updateTopology(store, (now) => setReplicaState(now, ref, 'recovering'));
      const after = await cells.readAll('topology/part/', true);
      const kept = new Set(before.map(({ key }) => key));
      expect(after).toHaveLength(before.length);
      expect(after.filter(({ key }) => !kept.has(key))).toHaveLength(1);
      connection.close();
    });

    it('takes away what a coordinator that died in the middle of a change left', async () => {
      await store.compareAndSwap(undefined, emptyTopology('c'));
      const { cells, connection } = cellsOf(prefix);
      const orphan = new Map([['topology/part/nodes/0@1-dead', '[]']]);
      await cells.change({ puts: orphan, deletes: [] });
      await updateTopology(store, (now) => addNode(now, node('n1')));
      await (await openStore(prefix, 'second')).close();
      const keys = (await cells.readAll('topology/part/', true)).map(({ key }) => key);
      expect(keys).toHaveLength(1);
      expect(keys).not.toContain('topology/part/nodes/0@1-dead');
      expect((await store.load())?.nodes.size).toBe(1);
      connection.close();
    });

    it.each([
      [
        'a lost part',
        (cells: EtcdCells, key: string) => erase(cells, key),
        /part nodes\/0 is lost/,
      ],
      [
        'another part in its place',
        (cells: EtcdCells, key: string) =>
          cells.change({ puts: new Map([[key, '[]']]), deletes: [] }),
        /part nodes\/0 is damaged/,
      ],
      [
        'another format',
        (cells: EtcdCells) =>
          cells.change({ puts: new Map([['topology/root', '{"format":99}']]), deletes: [] }),
        /format 99; this release reads 1/,
      ],
    ])('answers `corrupt` for %s', async (_, damage, message) => {
      await store.compareAndSwap(undefined, emptyTopology('c'));
      await updateTopology(store, (now) => addNode(now, node('n1')));
      const { cells, connection } = cellsOf(prefix);
      const [part] = await cells.readAll('topology/part/', true);
      await damage(cells, part?.key ?? '');
      await expect(openStore(prefix, 'second')).rejects.toMatchObject({
        name: 'TopologyStoreError',
        failure: 'corrupt',
        message: expect.stringMatching(message),
      });
      connection.close();
    });

    it('gives a holder its number again, and no two holders the same', async () => {
      const names = ['a', 'b', 'c', 'a', 'b', 'first'];
      const stores = await Promise.all(names.map((name) => openStore(prefix, name)));
      const ids = await Promise.all(stores.map((one) => one.claimCoordinatorId()));
      expect(ids[3]).toBe(ids[0]);
      expect(ids[4]).toBe(ids[1]);
      expect(ids[5]).toBe(await store.claimCoordinatorId());
      expect(new Set(ids).size).toBe(4);
      await Promise.all(stores.map((one) => one.close()));
    });

    it('gives the seat of the controller away when its holder does not renew it', async () => {
      const seat = await store.takeController(2_000);
      const other = await openStore(prefix, 'second');
      expect(await other.takeController(2_000)).toBeUndefined();
      await expect
        .poll(async () => (await other.takeController(2_000)) !== undefined, { timeout: 15_000 })
        .toBe(true);
      expect(await seat?.renew()).toBe(false);
      await other.close();
    });

    it('answers `unavailable` where there is no etcd, and names where it looked', async () => {
      await expect(openStore(prefix, 'x', ['127.0.0.1:1', '127.0.0.1:2'])).rejects.toMatchObject({
        failure: 'unavailable',
        message: expect.stringContaining('127.0.0.1:1, 127.0.0.1:2'),
      });
    });

    it('uses the next member when the first does not answer', async () => {
      const other = await openStore(prefix, 'x', ['127.0.0.1:1', server.endpoint]);
      expect(await other.compareAndSwap(undefined, emptyTopology('c'))).toBe(true);
      await other.close();
    });
  });

  describe('an etcd that goes away', () => {
    it('loses nothing: watchers hear afterwards what was changed', async () => {
      const own = await EtcdServer.start();
      const stores = await Promise.all(
        ['a', 'b'].map((name) => openStore('/away/', name, [own.endpoint])),
      );
      const [a, b] = stores as [EtcdTopologyStore, EtcdTopologyStore];
      const epochs: number[] = [];
      b.watch(({ epoch }) => epochs.push(epoch));
      await a.compareAndSwap(undefined, emptyTopology('c'));
      await expect.poll(() => epochs).toEqual([0]);
      own.pause();
      // What was asked before the process has stopped is still answered.
      const asked = () =>
        a.load().then(
          () => 'answered',
          (error) => error.failure,
        );
      await expect.poll(asked, { timeout: 10_000 }).toBe('unavailable');
      own.resume();
      await expect
        .poll(
          () => updateTopology(a, (now) => addNode(now, node('n1'))).then(() => 'done', String),
          {
            timeout: 10_000,
          },
        )
        .toBe('done');
      await expect.poll(() => epochs.at(-1), { timeout: 10_000 }).toBe(1);
      await own.kill();
      await expect(a.load()).rejects.toMatchObject({ failure: 'unavailable' });
      await own.restart();
      await updateTopology(a, (now) => addNode(now, node('n2')));
      await expect.poll(() => epochs.at(-1), { timeout: 10_000 }).toBe(2);
      await Promise.all(stores.map((one) => one.close()));
      await own.dispose();
    });
  });
});

function erase(cells: EtcdCells, key: string): Promise<boolean> {
  return cells.change({ puts: new Map(), deletes: [key] });
}
