/** Replicas of real processes that lost something come back in sync by themselves. */
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { AnnulusClient } from '../../src/client/index.js';
import { until } from '../support/until.js';

const COLLECTION = 'docs';
const DIMENSION = 8;
const LIMIT_MS = 60_000;
/** Each look asks every node. */
const POLL_MS = 50;

let cluster: ProcessCluster;

afterEach(() => cluster.stop());

async function begin(documentCount: number): Promise<void> {
  cluster = await ProcessCluster.start({ shards: 3 });
  await eventually(async () => {
    const nodes = await cluster.client.cluster.listNodes();
    return nodes.length === 3 && nodes.every(({ state }) => state === 'up');
  });
  await cluster.client.createCollection({
    name: COLLECTION,
    dimension: DIMENSION,
    metric: 'l2',
    partitions: 2,
    replicationFactor: 3,
  });
  await cluster.client.upsert(
    COLLECTION,
    Array.from({ length: documentCount }, (_, i) => doc(i)),
  );
}

function doc(i: number, text = `text ${i}`) {
  const vector = Array.from({ length: DIMENSION }, (_, k) => Math.sin(i * 7 + k * 3));
  return { id: `d${i}`, vector, text };
}

/** Every replica of every partition is in sync, and all of one partition hold the same. */
async function isLevel(): Promise<boolean> {
  const topology = await cluster.client.cluster.getTopology();
  const replicas = topology.collections.flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.replicas),
  );
  if (replicas.length !== 6 || replicas.some(({ state }) => state !== 'in_sync')) return false;
  const compared = await cluster.client.cluster.compareReplicas(COLLECTION);
  return compared.every(
    ({ bucketsDiffering, replicas: held }) => bucketsDiffering === 0 && held.length === 3,
  );
}

async function recoveringCount(): Promise<number> {
  const topology = await cluster.client.cluster.getTopology();
  return topology.collections
    .flatMap(({ partitions }) => partitions.flatMap((partition) => partition.replicas))
    .filter(({ state }) => state === 'recovering').length;
}

function eventually(condition: () => Promise<boolean>): Promise<void> {
  return until(condition, LIMIT_MS, POLL_MS);
}

/** With the two others gone, only this node's copies can answer. */
async function searchAlone(nodeId: string, i: number): Promise<string | undefined> {
  for (const other of cluster.nodeIds) if (other !== nodeId) await cluster.node(other).kill();
  const client = new AnnulusClient({ address: cluster.address });
  try {
    const { hits } = await client.search(COLLECTION, { vector: doc(i).vector, topK: 1 });
    return hits[0]?.id;
  } finally {
    await client.close();
  }
}

describe('a replica of a running cluster', () => {
  it('is level again after its node was killed and missed writes and deletes', async () => {
    await begin(600);
    await cluster.node('node-1').kill();
    const changed = Array.from({ length: 50 }, (_, i) => doc(i, 'changed'));
    await cluster.client.upsert(COLLECTION, changed);
    await cluster.client.delete(COLLECTION, ['d100', 'd101']);
    expect(await recoveringCount()).toBeGreaterThan(0);
    await cluster.startNode('node-1');
    await cluster.client.upsert(COLLECTION, [doc(600)]);
    await eventually(isLevel);
    expect(await searchAlone('node-1', 600)).toBe('d600');
    const client = new AnnulusClient({ address: cluster.address });
    const found = await client.get(COLLECTION, ['d7', 'd100', 'd300']);
    await client.close();
    expect(found.documents.map(({ text }) => text)).toEqual(['changed', 'text 300']);
  });

  it('is filled again when its node lost its data directory', async () => {
    await begin(900);
    await cluster.node('node-2').kill();
    rmSync(join(cluster.directory, 'node-2'), { recursive: true });
    await cluster.startNode('node-2');
    await eventually(async () => (await recoveringCount()) > 0);
    await eventually(isLevel);
    expect(await searchAlone('node-2', 77)).toBe('d77');
  });

  it('is filled again when a byte of its store was flipped', async () => {
    await begin(800);
    await cluster.node('node-3').kill();
    const replicas = join(cluster.directory, 'node-3', 'replicas');
    for (const name of readdirSync(replicas)) flipBytes(join(replicas, name, 'store', 'data.mdb'));
    await cluster.startNode('node-3');
    await eventually(async () => (await recoveringCount()) > 0);
    await eventually(isLevel);
    expect(await searchAlone('node-3', 400)).toBe('d400');
  });
});

/** Flips one byte in each page after the first few. */
function flipBytes(path: string): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  for (let offset = 8 * 4096 + 2000; offset < statSync(path).size; offset += 4096) {
    readSync(file, byte, 0, 1, offset);
    byte[0] = (byte[0] as number) ^ 0xff;
    writeSync(file, byte, 0, 1, offset);
  }
  closeSync(file);
}
