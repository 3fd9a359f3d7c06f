/** A cluster of real processes changes shape while searches and writes go on. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { cliPath } from '../../bench/cluster/server-process.js';
import { randomData } from '../../bench/elastic/elastic-data.js';
import { MixedLoad } from '../../bench/elastic/mixed-load.js';
import { loadsOf, untilAtRest } from '../../bench/elastic/shape.js';
import type { Topology } from '../../src/client/index.js';

const COLLECTION = 'docs';
const LIMIT_MS = 90_000;
const DIMENSION = 32;
const DOCUMENTS = 900;

let cluster: ProcessCluster;
let load: MixedLoad | undefined;

afterEach(async () => {
  await load?.stop();
  load = undefined;
  await cluster.stop();
});

/** Searches and writes go on until the end. */
async function begin(shape: {
  nodes: number;
  partitions: number;
  copies: number;
  env?: Record<string, string>;
}): Promise<MixedLoad> {
  cluster = await ProcessCluster.start({ shards: shape.nodes, env: shape.env ?? {} });
  const { client } = cluster;
  const isJoined = ({ nodes }: { nodes: { state: string }[] }) =>
    nodes.length === shape.nodes && nodes.every(({ state }) => state === 'up');
  await untilAtRest(client, 0, isJoined, LIMIT_MS);
  await client.createCollection({
    name: COLLECTION,
    dimension: DIMENSION,
    metric: 'l2',
    partitions: shape.partitions,
    replicationFactor: shape.copies,
  });
  const data = randomData(DOCUMENTS, DIMENSION, 1);
  load = new MixedLoad(client, COLLECTION, { data, changingCount: 400, pauseMs: 10 });
  await load.fill();
  load.start();
  return load;
}

async function atRest(replicaCount: number, isReached: Parameters<typeof untilAtRest>[2]) {
  return await untilAtRest(cluster.client, replicaCount, isReached, LIMIT_MS);
}

/** What a command prints; rejects with what it says on stderr when it fails. */
async function cli(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cliPath, ...args]);
  return stdout;
}

/** No replica differs from the others of its partition. */
async function differingBuckets(): Promise<number> {
  const compared = await cluster.client.cluster.compareReplicas(COLLECTION);
  return compared.reduce((sum, { bucketsDiffering }) => sum + bucketsDiffering, 0);
}

/** Resolves when a replica is being copied for a move. */
async function copying(): Promise<void> {
  for await (const move of cluster.client.cluster.moves.watch()) {
    if (move.state === 'copying') return;
  }
}

describe('a cluster under load', () => {
  it('grows from 3 nodes to 4 and shrinks to 3 without a failed call, and loses nothing', async () => {
    const mixed = await begin({ nodes: 3, partitions: 8, copies: 2 });
    await cluster.startNode('node-4');
    await atRest(16, (topology) => (loadsOf(topology).get('node-4') ?? 0) >= 3);
    await cluster.client.cluster.drainNode('node-1');
    await atRest(16, ({ nodes }) => nodes.find((n) => n.nodeId === 'node-1')?.isDrained === true);
    await cluster.client.cluster.removeNode('node-1');
    await cluster.node('node-1').stop();
    await mixed.stop();
    const counts = mixed.take();
    expect(counts.errors).toEqual([]);
    expect(counts).toMatchObject({ failedSearches: 0, failedWrites: 0, coverageMin: 1 });
    expect(counts.recall).toBeGreaterThan(0.99);
    expect(await mixed.lost()).toEqual([]);
    expect(await differingBuckets()).toBe(0);
  });

  it('finishes moves in the middle of which nodes and the coordinator are killed', async () => {
    const mixed = await begin({ nodes: 2, partitions: 16, copies: 2 });
    await cluster.startNode('node-3');
    for (const victim of ['node-3', 'node-1']) {
      await copying();
      await cluster.node(victim).kill();
      await cluster.startNode(victim);
    }
    // Nodes that die cost no call.
    expect(mixed.take()).toMatchObject({ errors: [], coverageMin: 1 });
    await copying();
    await cluster.coordinator.kill();
    await cluster.startCoordinator();
    await atRest(32, (topology) => (loadsOf(topology).get('node-3') ?? 0) >= 8);
    await mixed.stop();
    expect(await mixed.lost()).toEqual([]);
    expect(await differingBuckets()).toBe(0);
  });

  it('makes anew what a dead node held, and takes it back only when it is told to', async () => {
    const env = { ANNULUS_REPLACE_AFTER_MS: '3000' };
    const mixed = await begin({ nodes: 4, partitions: 4, copies: 2, env });
    await cluster.node('node-2').kill();
    await atRest(8, (topology) => loadsOf(topology).get('node-2') === 0);
    await mixed.stop();
    expect(await mixed.lost()).toEqual([]);
    expect(await cluster.client.cluster.removeNode('node-2')).toEqual([]);
    // Whoever starts it again by mistake is told, and nothing moves for it.
    await expect(cluster.startNode('node-2')).rejects.toThrow(/was removed from this cluster/);
    await cluster.startNode('node-2', ['--rejoin']);
    await atRest(8, (topology) => (loadsOf(topology).get('node-2') ?? 0) > 0);
    expect(await mixed.lost()).toEqual([]);
  });
});

describe('an operator', () => {
  it('replaces a node, changes copies, plans, pauses, and is stopped from losing last copies', async () => {
    const mixed = await begin({ nodes: 3, partitions: 4, copies: 1 });
    await mixed.stop();
    const { cluster: admin } = cluster.client;
    await admin.moves.pause();
    await cluster.startNode('node-4');
    await admin.replaceNode('node-1', 'node-4');
    const { nodes } = await admin.getTopology();
    expect(nodes.find(({ nodeId }) => nodeId === 'node-1')?.replacedBy).toBe('node-4');
    expect((await admin.moves.list()).isPaused).toBe(true);
    await admin.moves.resume();
    await atRest(4, (topology) => topology.nodes.length === 3);

    const planned = await admin.moves.plan({
      replication: [{ collection: COLLECTION, replicationFactor: 2 }],
    });
    expect(planned.moves).toHaveLength(4);
    expect(planned.bytesTotal).toBeGreaterThan(DOCUMENTS * 4 * DIMENSION);
    const refused = admin.removeNode('node-2', { force: true });
    await expect(refused).rejects.toMatchObject({ reason: 'LAST_COPY' });
    await admin.setReplication({ collection: COLLECTION, replicationFactor: 2 });
    await atRest(8, () => true);
    await expect(admin.removeNode('node-2')).rejects.toMatchObject({ reason: 'NODE_CONFLICT' });
    await admin.updateNode({ nodeId: 'node-2', weight: 0.5 });
    await expect(admin.drainNode('node-2')).resolves.toMatchObject({ weight: 0.5 });
    await admin.drainNode('node-2', { cancel: true });
    const few = admin.setReplication({ collection: COLLECTION, replicationFactor: 4 });
    await expect(few).rejects.toMatchObject({ reason: 'INVALID_FIELD' });
    expect(await mixed.lost()).toEqual([]);
  });

  it('restores a topology that was lost from an old backup and what the nodes know', async () => {
    const mixed = await begin({ nodes: 2, partitions: 2, copies: 2 });
    const coordinatorFolder = join(cluster.directory, 'coordinator');
    const file = join(cluster.directory, 'topology.json');
    await cli('topology', 'backup', file, '--address', cluster.address);
    // Its replicas leave the in-sync sets, and come back: the backup knows nothing of that.
    await cluster.node('node-2').kill();
    await cluster.startNode('node-2');
    await atRest(4, ({ collections }) => {
      return collections.some(({ partitions }) => partitions.some((one) => one.generation > 2));
    });
    await mixed.stop();
    await cluster.coordinator.kill();
    rmSync(coordinatorFolder, { recursive: true });
    const restore = ['topology', 'restore', file, '--data', coordinatorFolder];
    // It has another address than when the backup was made.
    await expect(cli(...restore)).rejects.toThrow(/node-2 does not answer/);
    const restored = await cli(...restore, '--nodes', cluster.node('node-2').address);
    expect(JSON.parse(restored)).toMatchObject({ losses: [] });
    await cluster.startCoordinator();
    await atRest(4, ({ nodes }) => nodes.every(({ state }) => state === 'up'));
    expect(await mixed.lost()).toEqual([]);
    expect(await differingBuckets()).toBe(0);
  });

  it('gives up last copies only when that is said, and is told what they were', async () => {
    const mixed = await begin({ nodes: 2, partitions: 2, copies: 1 });
    await mixed.stop();
    // Nodes say with each heartbeat how many documents they have.
    const isCounted = ({ nodes }: Topology) => nodes.every((node) => node.documentCount > 200);
    const topology = await atRest(2, isCounted);
    const held = loadsOf(topology).get('node-2') ?? 0;
    const consent = { force: true, acceptDataLoss: true };
    const lost = await cluster.client.cluster.removeNode('node-2', consent);
    expect(lost).toHaveLength(held);
    expect(lost.every(({ documentCount }) => documentCount > 0)).toBe(true);
    await atRest(2, ({ nodes }) => nodes.length === 1);
    await cluster.client.upsert(COLLECTION, { id: 'after', vector: new Float32Array(DIMENSION) });
    expect(await cluster.client.count(COLLECTION)).toBeGreaterThan(0);
  });
});
