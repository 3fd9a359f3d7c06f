/** What is copied between the replicas of real processes, and how those that differ are found. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { openPartitionStore } from '../../shards/store/open-store.js';
import { systemClock } from '../../src/base/system-clock.js';
import { makeVersion } from '../../src/base/version.js';
import { packVector } from '../../src/wire/vector-codec.js';
import { until } from '../support/until.js';

const COLLECTION = 'docs';
const DIMENSION = 8;
const LIMIT_MS = 60_000;
/** Each look asks every node. */
const POLL_MS = 50;
const COUNT = 4000;
const NODE = 'node-2';

let cluster: ProcessCluster;

afterEach(() => cluster.stop());

/** Two nodes, each with all documents, in one partition. */
async function begin(env: Record<string, string> = {}): Promise<void> {
  cluster = await ProcessCluster.start({ shards: 2, env });
  await eventually(async () => {
    const nodes = await cluster.client.cluster.listNodes();
    return nodes.filter(({ state }) => state === 'up').length === 2;
  });
  await cluster.client.createCollection({
    name: COLLECTION,
    dimension: DIMENSION,
    metric: 'l2',
    partitions: 1,
    replicationFactor: 2,
  });
  const documents = Array.from({ length: COUNT }, (_, i) => ({ id: `d${i}`, vector: vectorOf(i) }));
  await cluster.client.upsertMany(COLLECTION, documents, { failureCountMax: 0 });
}

function vectorOf(i: number): number[] {
  return Array.from({ length: DIMENSION }, (_, k) => Math.sin(i * 7 + k * 3));
}

async function areInSync(): Promise<boolean> {
  const { collections } = await cluster.client.cluster.getTopology();
  const replicas = collections.flatMap(({ partitions }) => partitions.flatMap((p) => p.replicas));
  return replicas.length === 2 && replicas.every(({ state }) => state === 'in_sync');
}

async function bucketsDiffering(): Promise<number | undefined> {
  const [partition] = await cluster.client.cluster.compareReplicas(COLLECTION);
  return partition?.replicas.length === 2 ? partition.bucketsDiffering : undefined;
}

function eventually(condition: () => Promise<boolean>): Promise<void> {
  return until(condition, LIMIT_MS, POLL_MS);
}

/** Which of the documents the node finds by their own vectors when it is the only one. */
async function foundAlone(sample: readonly number[]): Promise<number[]> {
  await cluster.node('node-1').kill();
  const found: number[] = [];
  for (const i of sample) {
    const { hits } = await cluster.client.search(COLLECTION, { vector: vectorOf(i), topK: 1 });
    if (hits[0]?.id === `d${i}`) found.push(i);
  }
  return found;
}

function replicaDirectory(): string {
  const replicas = join(cluster.nodeDirectory(NODE), 'replicas');
  return join(replicas, readdirSync(replicas)[0] as string);
}

async function received(name: string): Promise<number> {
  const { http_address: address } = cluster.node(NODE).ready;
  const text = await (await fetch(`http://${address}/metrics`)).text();
  const line = new RegExp(`^annulus_node_recovery_received_${name}_total (\\S+)$`, 'm');
  return Number(line.exec(text)?.[1]);
}

describe('a node of a running cluster', () => {
  it('that lost everything gets the graph, each document once, and finds what it got', async () => {
    await begin();
    await cluster.node(NODE).kill();
    rmSync(cluster.nodeDirectory(NODE), { recursive: true });
    await cluster.startNode(NODE, ['--http', '127.0.0.1:0']);
    await eventually(async () => (await received('documents')) > 0 && (await areInSync()));
    expect(await received('documents')).toBe(COUNT);
    expect(await received('graph_bytes')).toBeGreaterThan(COUNT * DIMENSION * 4);
    expect(await bucketsDiffering()).toBe(0);
    const sample = Array.from({ length: 40 }, (_, i) => i * 100);
    expect(await foundAlone(sample)).toEqual(sample);
  }, 120_000);

  it('whose replica differs although it is in sync is found out, and healed', async () => {
    await begin({ ANNULUS_COMPARE_INTERVAL_MS: '1000' });
    expect(await bucketsDiffering()).toBe(0);
    await cluster.node(NODE).kill();
    await losesSome();
    await cluster.startNode(NODE);
    await eventually(async () => (await areInSync()) && (await bucketsDiffering()) === 0);
    // What it lost is back, and what only it had has reached the other one.
    expect(await cluster.client.count(COLLECTION)).toBe(COUNT + 1);
    expect(await foundAlone([7, 8, 9])).toEqual([7, 8, 9]);
    const { documents } = await cluster.client.get(COLLECTION, ['stray']);
    expect(documents).toHaveLength(1);
  }, 120_000);
});

/** Documents are gone from the node's store, and one is there that nobody else has. */
async function losesSome(): Promise<void> {
  const folder = replicaDirectory();
  const [collection, partition] = (folder.split('/').at(-1) as string).split('-');
  const store = await openPartitionStore({
    directory: join(folder, 'store'),
    collection: collection as string,
    partition: Number(partition),
    dimension: DIMENSION,
    create: false,
    clock: systemClock,
  });
  const lost = ['d7', 'd8', 'd9'].map((id) => {
    const row = store.get(id);
    if (row === undefined) throw new Error(`no ${id}`);
    return { kind: 'absence' as const, id, replaces: row.version };
  });
  await store.absorb(lost);
  const stray = {
    kind: 'upsert' as const,
    id: 'stray',
    vector: packVector(Float32Array.from(vectorOf(-5))),
    text: Buffer.alloc(0),
    metadata: Buffer.alloc(0),
  };
  await store.write(makeVersion(systemClock.wallMs(), 0, 0), [stray]);
  await store.close();
}
