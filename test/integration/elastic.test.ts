/** A cluster of real processes changes shape while searches and writes go on. */
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import type { Topology } from '../../src/client/index.js';

const COLLECTION = 'docs';
const DIMENSION = 8;
const LIMIT_MS = 90_000;

let cluster: ProcessCluster;

afterEach(() => cluster.stop());

async function begin(shape: { nodes: number; partitions: number; copies: number }): Promise<void> {
  cluster = await ProcessCluster.start({ shards: shape.nodes });
  await eventually(async () => {
    const nodes = await cluster.client.cluster.listNodes();
    return nodes.length === shape.nodes && nodes.every(({ state }) => state === 'up');
  });
  await cluster.client.createCollection({
    name: COLLECTION,
    dimension: DIMENSION,
    metric: 'l2',
    partitions: shape.partitions,
    replicationFactor: shape.copies,
  });
}

function doc(i: number) {
  const vector = Array.from({ length: DIMENSION }, (_, k) => Math.sin(i * 7 + k * 3));
  return { id: `d${i}`, vector, text: `text ${i}` };
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > giveUpAtMs) throw new Error('not in time');
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

function loadsOf({ nodes, collections }: Topology): Map<string, number> {
  const loads = new Map(nodes.map(({ nodeId }) => [nodeId, 0]));
  for (const { partitions } of collections) {
    for (const { nodeId } of partitions.flatMap(({ replicas }) => replicas)) {
      loads.set(nodeId, (loads.get(nodeId) ?? 0) + 1);
    }
  }
  return loads;
}

/** So many replicas, all in sync. */
function isSettled({ collections }: Topology, count: number): boolean {
  const replicas = collections.flatMap(({ partitions }) => partitions.flatMap((p) => p.replicas));
  return replicas.length === count && replicas.every(({ state }) => state === 'in_sync');
}

describe('a node that joins', () => {
  it('is given its share of every collection without being asked for', async () => {
    await begin({ nodes: 2, partitions: 8, copies: 2 });
    await cluster.client.upsert(
      COLLECTION,
      Array.from({ length: 400 }, (_, i) => doc(i)),
    );
    await cluster.startNode('node-3');
    await eventually(async () => {
      const topology = await cluster.client.cluster.getTopology();
      return loadsOf(topology).get('node-3') === 5 && isSettled(topology, 16);
    });
    const compared = await cluster.client.cluster.compareReplicas(COLLECTION);
    expect(compared.map(({ bucketsDiffering }) => bucketsDiffering)).toEqual(Array(8).fill(0));
    expect(await cluster.client.count(COLLECTION)).toBe(400);
  });
});
