/** A node that was away for longer than deletions are remembered: its replica starts empty. */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { shardNodeConfig } from '../../shards/config.js';
import { type RunningShardNode, runShardNode } from '../../shards/main.js';
import { type Logger, silentLogger } from '../../src/base/logger.js';
import { systemClock } from '../../src/base/system-clock.js';
import { until } from '../support/until.js';

const COLLECTION = 'docs';
const COUNT = 300;
const GRACE_MS = 1_000;
const LIMIT_MS = 60_000;

let cluster: ProcessCluster;
let node: RunningShardNode | undefined;
const warnings: string[] = [];

afterEach(async () => {
  await node?.stop();
  await cluster.stop();
});

/** In this process, with a grace that no command line allows. */
async function startNode(): Promise<void> {
  const logger: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message) };
  const config = shardNodeConfig({
    ...{ dataDirectory: join(cluster.directory, 'late'), nodeId: 'late', joinWaitMs: 20_000 },
    join: [cluster.address],
    recovery: { tombstoneGraceMs: GRACE_MS },
  });
  node = await runShardNode(config, logger);
}

async function statesOf(nodeId: string): Promise<string[]> {
  const { collections } = await cluster.client.cluster.getTopology();
  return collections.flatMap(({ partitions }) =>
    partitions.flatMap(({ replicas }) =>
      replicas.filter((replica) => replica.nodeId === nodeId).map(({ state }) => state),
    ),
  );
}

it('is emptied and filled anew, and brings nothing back that was deleted meanwhile', async () => {
  cluster = await ProcessCluster.start({ shards: 1 });
  await startNode();
  const { client } = cluster;
  const areUp = async () => {
    const nodes = await client.cluster.listNodes();
    return nodes.length === 2 && nodes.every(({ state }) => state === 'up');
  };
  await until(areUp, LIMIT_MS);
  await client.createCollection({
    ...{ name: COLLECTION, dimension: 2, metric: 'l2' as const, partitions: 1 },
    replicationFactor: 2,
  });
  const doc = (i: number) => ({ id: `d${i}`, vector: [Math.sin(i), Math.cos(i)] });
  await client.upsert(
    COLLECTION,
    Array.from({ length: COUNT }, (_, i) => doc(i)),
  );
  await node?.stop();
  const leftAtMs = systemClock.nowMs();
  const deleted = Array.from({ length: COUNT / 2 }, (_, i) => `d${i}`);
  await client.delete(COLLECTION, deleted);
  await until(async () => (await statesOf('late')).includes('recovering'), LIMIT_MS);
  await until(() => systemClock.nowMs() - leftAtMs > 2 * GRACE_MS, LIMIT_MS);
  warnings.length = 0;
  await startNode();
  await until(async () => (await statesOf('late')).every((state) => state === 'in_sync'), LIMIT_MS);
  expect(warnings).toContain('replica wiped, to be recovered');
  const [compared] = await client.cluster.compareReplicas(COLLECTION);
  expect(compared?.replicas.map(({ documentCount }) => documentCount)).toEqual([
    ...[COUNT / 2, COUNT / 2],
  ]);
  await cluster.node('node-1').kill();
  const { missingIds } = await client.get(COLLECTION, ['d0', 'd1', `d${COUNT - 1}`]);
  expect(missingIds).toEqual(['d0', 'd1']);
});
