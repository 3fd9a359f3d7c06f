/** A cluster of real processes in which one node's disk, or native code, gives up. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountSmallDisk, unmountSmallDisk } from '../../bench/chaos/disk-faults.js';
import { ProcessCluster, type ProcessClusterOptions } from '../../bench/cluster/process-cluster.js';
import type { ReplicaInfo } from '../../src/client/index.js';
import { DiskFaults, whyNoDiskFaults } from '../support/disk-fault.js';
import { until } from '../support/until.js';

const reason = whyNoDiskFaults();
if (reason !== undefined) console.warn(`disk faults are left out: ${reason}`);

const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;

const DIMENSION = 4;
const RECOVERY_MS_MAX = 60_000;
let folder: string;
let cluster: ProcessCluster | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annulus-faults-'));
});

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const FREE_BYTES = 4 * 1024 * 1024;

/** Leaves 4 MiB of the file system. */
function fillUp(path: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path, Buffer.alloc(bavail * bsize - FREE_BYTES));
}

async function start(
  env: Record<string, string>,
  options: Partial<ProcessClusterOptions> = {},
): Promise<ProcessCluster> {
  const started = await ProcessCluster.start({ shards: 3, env, ...options });
  cluster = started;
  const { client } = started;
  await until(async () => {
    const nodes = await client.cluster.listNodes();
    return nodes.length === 3 && nodes.every(({ state }) => state === 'up');
  });
  await client.createCollection({ name: 'docs', dimension: DIMENSION, partitions: 4 });
  return started;
}

async function write({ client }: ProcessCluster, from: number, count: number): Promise<void> {
  const documents = Array.from({ length: count }, (_, i) => ({
    id: `d${from + i}`,
    vector: Array.from({ length: DIMENSION }, (_, k) => Math.sin(from + i + k)),
  }));
  const { failures } = await client.upsert('docs', documents);
  expect(failures).toEqual([]);
}

async function replicasOf({ client }: ProcessCluster, nodeId: string): Promise<ReplicaInfo[]> {
  const { collections } = await client.cluster.getTopology();
  const replicas = collections.flatMap(({ partitions }) => partitions.flatMap((p) => p.replicas));
  return replicas.filter((replica) => replica.nodeId === nodeId);
}

async function expectWhole(world: ProcessCluster, count: number): Promise<void> {
  const { client } = world;
  await until(async () => {
    const replicas = await Promise.all(world.nodeIds.map((id) => replicasOf(world, id)));
    return replicas.flat().every(({ state, condition }) => {
      return state === 'in_sync' && condition === 'open';
    });
  }, RECOVERY_MS_MAX);
  const compared = await client.cluster.compareReplicas('docs');
  for (const { bucketsDiffering, replicas } of compared) {
    expect(bucketsDiffering).toBe(0);
    expect(replicas).toHaveLength(3);
  }
  expect(await client.count('docs')).toBe(count);
}

describe('a node', () => {
  it.skipIf(reason !== undefined)(
    'whose disk fails at syncs says so, costs no write and no search, and recovers',
    async () => {
      const faults = new DiskFaults(folder, '/node-2/replicas');
      const world = await start({ ...faults.env });
      await write(world, 0, 100);
      faults.begin({ call: 'sync', error: 'EIO' });
      await write(world, 100, 100);
      await until(async () => {
        const replicas = await replicasOf(world, 'node-2');
        return replicas.some(({ condition }) => condition === 'failed');
      });
      const failed = (await replicasOf(world, 'node-2')).filter((r) => r.condition === 'failed');
      for (const { state, detail } of failed) {
        expect(state).toBe('recovering');
        expect(detail).toMatch(/Input\/output error|EIO/);
      }
      const vector = [1, 0, 0, 0];
      const { coverage } = await world.client.search('docs', { vector, topK: 3 });
      expect(coverage).toMatchObject({ partitionsTotal: 4, partitionsSearched: 4 });
      await write(world, 200, 50);
      faults.end();
      await expectWhole(world, 250);
    },
  );

  // A file system of its own, which only root may mount.
  it.skipIf(!canMount)(
    'whose disk is full says so, costs no write and no search, and goes on once there is room',
    async () => {
      const small = join(folder, 'node-2');
      mkdirSync(small);
      expect(mountSmallDisk(small)).toBe(true);
      const world = await start(
        {},
        { directory: folder, onStopped: () => unmountSmallDisk(small) },
      );
      await write(world, 0, 100);
      const filler = join(small, 'filler');
      fillUp(filler, small);
      await write(world, 100, 100);
      await until(async () => {
        const replicas = await replicasOf(world, 'node-2');
        return replicas.some(({ condition }) => condition === 'full');
      });
      const full = (await replicasOf(world, 'node-2')).find((r) => r.condition === 'full');
      expect(full?.detail).toMatch(/bytes free/);
      const { coverage } = await world.client.search('docs', { vector: [1, 0, 0, 0], topK: 3 });
      expect(coverage).toMatchObject({ partitionsTotal: 4, partitionsSearched: 4 });
      rmSync(filler);
      await expectWhole(world, 200);
    },
  );

  it('that crashes in native code takes no other with it, and recovers when it is back', async () => {
    const world = await start({});
    await write(world, 0, 100);
    world.node('node-1').signal('SIGSEGV');
    await until(() => world.node('node-1').hasExited);
    await write(world, 100, 100);
    const { coverage } = await world.client.search('docs', { vector: [1, 0, 0, 0], topK: 3 });
    expect(coverage).toMatchObject({ partitionsTotal: 4, partitionsSearched: 4 });
    await world.startNode('node-1');
    await expectWhole(world, 200);
  });
});
