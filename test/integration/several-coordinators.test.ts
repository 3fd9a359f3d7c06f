/** Two coordinators as real processes over a real etcd, with three shard nodes. */
import { afterEach, describe, expect, it } from 'vitest';
import { EtcdCluster } from '../../bench/cluster/etcd-cluster.js';
import { etcdNote, hasEtcd } from '../../bench/cluster/etcd-server.js';
import { runCoordinators } from '../../bench/coordinators/run-coordinators.js';

const LIMIT_MS = 60_000;

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(() => condition().catch(() => false), { timeout: LIMIT_MS }).toBe(true);
}

function doc(i: number) {
  return { id: `d${i}`, vector: [Math.sin(i), Math.cos(i)], text: `text ${i}` };
}

describe.skipIf(!hasEtcd)(`several coordinators${etcdNote}`, () => {
  let cluster: EtcdCluster | undefined;
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
  });

  it('lose nothing to controllers killed in moves and to an etcd that stops in one', async () => {
    const result = await runCoordinators({
      kills: 2,
      etcdStopMs: 4_000,
      documents: 400,
      partitions: 8,
      topologyLeaseMs: 1_000,
      log: () => {},
    });
    expect(result).toMatchObject({
      lost: 0,
      bucketsDiffering: 0,
      areTopologiesEqual: true,
      writesFailed: {},
      searchesFailed: {},
      searchesDegraded: 0,
      readyzWhileEtcdAway: [503, 503],
      readyzAfterwards: [200, 200],
    });
    expect(result.movesInterrupted).toBeGreaterThanOrEqual(2);
    expect(result.staleWrites.accepted).toBe(0);
    expect(result.staleWrites.refused).toBeGreaterThan(0);
    expect(result.searchesStale).toBeGreaterThan(0);
    expect(result.writesAcknowledged).toBeGreaterThan(1_000);
  });

  it('tell writes that need a change of the topology that etcd is away, and make it later', async () => {
    cluster = await EtcdCluster.start({ coordinators: 2, shards: 3 });
    const client = cluster.client(0);
    await eventually(async () => {
      const nodes = await client.cluster.listNodes();
      return nodes.length === 3 && nodes.every(({ state }) => state === 'up');
    });
    const shape = { dimension: 2, metric: 'l2', partitions: 2, replicationFactor: 3 } as const;
    await client.createCollection({ name: 'docs', ...shape });
    // The other one has not been told yet, and asks.
    await cluster.client(1).upsert('docs', doc(0));
    await cluster.etcd.kill();
    await client.upsert('docs', doc(1));
    await cluster.node('node-2').kill();
    await expect(client.upsert('docs', doc(2), { timeoutMs: 3_000 })).rejects.toMatchObject({
      failures: [{ id: 'd2', error: { code: 'UNAVAILABLE', reason: 'TOPOLOGY_UNAVAILABLE' } }],
    });
    await expect(
      client.createCollection({ name: 'more', dimension: 2, metric: 'l2' }),
    ).rejects.toMatchObject({ reason: 'TOPOLOGY_UNAVAILABLE' });
    const { hits, coverage } = await client.search('docs', { vector: [0, 1], topK: 3 });
    expect(coverage.ratio).toBe(1);
    expect(hits.map(({ id }) => id)).toEqual(expect.arrayContaining(['d0', 'd1']));
    await cluster.etcd.restart();
    await client.upsert('docs', doc(3), { timeoutMs: 20_000 });
    await cluster.startNode('node-2');
    await eventually(async () => {
      const compared = await client.cluster.compareReplicas('docs');
      return compared.every((one) => one.replicas.length === 3 && one.bucketsDiffering === 0);
    });
    const other = cluster.client(1);
    await eventually(async () => (await other.count('docs')) === (await client.count('docs')));
    const ids = ['d0', 'd1', 'd3'];
    expect((await other.get('docs', ids)).missingIds).toEqual([]);
  });
});
