/**
 * Writes while shard nodes die and stall, over real processes. No client tries again: what the caller
 * sees is what the coordinator does.
 */
import { afterEach, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient } from '../../src/client/index.js';
import { until } from '../support/until.js';

const DIMENSION = 4;
const WRITE_TIMEOUT_MS = 1_000;
let cluster: ProcessCluster | undefined;
let client: AnnulusClient | undefined;

afterEach(async () => {
  await client?.close();
  await cluster?.stop();
});

async function start(shards: number): Promise<{ cluster: ProcessCluster; client: AnnulusClient }> {
  const env = { ANNULUS_WRITE_TIMEOUT_MS: String(WRITE_TIMEOUT_MS) };
  cluster = await ProcessCluster.start({ shards, env });
  client = new AnnulusClient({ address: cluster.address, retry: { attemptsMax: 1 } });
  const { cluster: nodes } = client;
  await until(async () => {
    const listed = await nodes.listNodes();
    return listed.length === shards && listed.every(({ state }) => state === 'up');
  });
  return { cluster, client };
}

function documentOf(i: number) {
  return { id: `d${i}`, vector: Array.from({ length: DIMENSION }, (_, k) => Math.sin(i + k)) };
}

/** Writers that go on until told to stop; each document is written once. */
class Stream {
  readonly acknowledged = new Set<string>();
  readonly failures: unknown[] = [];
  longestMs = 0;
  #next = 0;
  #isStopped = false;
  readonly #running: Promise<void>[];

  constructor(client: AnnulusClient, collection: string, writers = 4) {
    this.#running = Array.from({ length: writers }, () => this.#write(client, collection));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  async #write(client: AnnulusClient, collection: string): Promise<void> {
    while (!this.#isStopped) {
      const batch = Array.from({ length: 5 }, () => documentOf(this.#next++));
      const beganAtMs = systemClock.nowMs();
      try {
        await client.upsert(collection, batch);
        for (const { id } of batch) this.acknowledged.add(id);
      } catch (error) {
        this.failures.push(error);
      }
      this.longestMs = Math.max(this.longestMs, systemClock.nowMs() - beganAtMs);
    }
  }
}

async function expectAllFound(one: AnnulusClient, collection: string, ids: Set<string>) {
  const found = new Set<string>();
  for await (const { id } of one.listAll(collection)) found.add(id);
  expect([...ids].filter((id) => !found.has(id))).toEqual([]);
  for (const id of [...ids].slice(-20)) {
    const { vector } = documentOf(Number(id.slice(1)));
    const { hits } = await one.search(collection, { vector, topK: 1, exact: true });
    expect(hits[0]?.id).toBe(id);
  }
}

async function inSyncCount(one: AnnulusClient): Promise<number> {
  const { collections } = await one.cluster.getTopology();
  const replicas = collections.flatMap((c) => c.partitions.flatMap((p) => p.replicas));
  return replicas.filter(({ state }) => state === 'in_sync').length;
}

it('fails no write, and loses none, when one of three nodes is killed', async () => {
  const world = await start(3);
  await world.client.createCollection({ name: 'docs', dimension: DIMENSION, partitions: 8 });
  const stream = new Stream(world.client, 'docs');
  await until(() => stream.acknowledged.size > 200);
  await world.cluster.node('node-2').kill();
  const atKill = stream.acknowledged.size;
  await until(() => stream.acknowledged.size > atKill + 400);
  await stream.stop();
  expect(stream.failures).toEqual([]);
  expect(await inSyncCount(world.client)).toBe(16);
  await expectAllFound(world.client, 'docs', stream.acknowledged);
});

it('goes on without a node that stalls, after the write timeout', async () => {
  const world = await start(3);
  await world.client.createCollection({ name: 'docs', dimension: DIMENSION, partitions: 8 });
  const stream = new Stream(world.client, 'docs');
  await until(() => stream.acknowledged.size > 200);
  world.cluster.node('node-1').signal('SIGSTOP');
  const atStop = stream.acknowledged.size;
  await until(() => stream.acknowledged.size > atStop + 400);
  await stream.stop();
  expect(stream.failures).toEqual([]);
  expect(stream.longestMs).toBeGreaterThan(WRITE_TIMEOUT_MS / 2);
  await expectAllFound(world.client, 'docs', stream.acknowledged);
  world.cluster.node('node-1').signal('SIGCONT');
});

it('names the documents that too few replicas could take', async () => {
  const world = await start(2);
  await world.client.createCollection({
    name: 'docs',
    dimension: DIMENSION,
    partitions: 2,
    replicationFactor: 2,
    minInSync: 2,
  });
  await world.client.upsert('docs', [documentOf(1)]);
  await world.cluster.node('node-2').kill();
  const lost = await world.client.upsert('docs', [documentOf(2)]).catch((error: unknown) => error);
  expect(lost).toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'NOT_ENOUGH_REPLICAS',
    failures: [{ id: 'd2' }],
  });
  const refused = await world.client.cluster
    .forceInSync({ collection: 'docs', partition: 0, nodeId: 'node-1', acceptDataLoss: true })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'REPLICA_IN_SYNC' });
});

it('keeps the last in-sync replica, and serves again when its node is back', async () => {
  const world = await start(1);
  await world.client.createCollection({ name: 'docs', dimension: DIMENSION, partitions: 2 });
  await world.client.upsert('docs', [documentOf(1)]);
  await world.cluster.node('node-1').kill();
  const failed = await world.client.upsert('docs', [documentOf(2)]).catch((e: unknown) => e);
  expect(failed).toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'PARTITION_UNAVAILABLE',
    failures: [{ id: 'd2' }],
  });
  expect(await inSyncCount(world.client)).toBe(2);
  await world.cluster.startNode('node-1');
  await until(async () =>
    world.client.upsert('docs', [documentOf(2)]).then(
      () => true,
      () => false,
    ),
  );
  await expectAllFound(world.client, 'docs', new Set(['d1', 'd2']));
});

it('goes on with a replica that was out of sync when an operator accepts the loss', async () => {
  const world = await start(2);
  await world.client.createCollection({
    name: 'docs',
    dimension: DIMENSION,
    partitions: 1,
    replicationFactor: 2,
  });
  await world.client.upsert('docs', [documentOf(1)]);
  await world.cluster.node('node-2').kill();
  await world.client.upsert('docs', [documentOf(2)]);
  await world.cluster.node('node-1').kill();
  await world.cluster.startNode('node-2');
  const force = (acceptDataLoss: boolean) =>
    world.client.cluster.forceInSync({
      collection: 'docs',
      partition: 0,
      nodeId: 'node-2',
      acceptDataLoss,
    });
  await expect(force(false)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  let forced: unknown;
  await until(async () => {
    forced ??= await force(true).catch(() => undefined);
    return forced !== undefined;
  });
  expect(forced).toMatchObject({ generation: 3, documentCount: 1 });
  await until(async () => (await world.client.count('docs').catch(() => 0)) === 1);
  await world.client.upsert('docs', [documentOf(3)]);
  await expectAllFound(world.client, 'docs', new Set(['d1', 'd3']));
});
