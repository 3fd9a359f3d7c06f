import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { shardNodeConfig } from '../../shards/config.js';
import { type RunningShardNode, runShardNode } from '../../shards/main.js';
import { collectionId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { seededRandom } from '../../src/base/random.js';
import { makeVersion } from '../../src/base/version.js';
import type { GrpcShardLink } from '../../src/coordinator/transport/grpc-shard-link.js';
import type { LinkOutcome } from '../../src/coordinator/transport/shard-link.js';
import type { AddNodeRequest__Output } from '../../src/wire/generated/annulus/v1/AddNodeRequest.js';
import type { LinkReply, LinkRequest } from '../../src/wire/link-messages.js';
import { annulusV1 } from '../../src/wire/proto-package.js';
import { encodeWriteOps } from '../../src/wire/write-ops-codec.js';
import { linkTo } from '../support/grpc-link-harness.js';
import { upsert } from '../support/partition-world.js';
import { until } from '../support/until.js';

const collection = collectionId('abc123');
const DIMENSION = 16;
const assignment = {
  collection,
  partition: 0,
  generation: 1,
  dimension: DIMENSION,
  metric: 'cosine' as const,
  m: 16,
  efConstruction: 64,
  create: true,
  state: 'in_sync' as const,
};

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'annulus-node-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function start(
  dataDirectory: string,
  options: Partial<Parameters<typeof shardNodeConfig>[0]> = {},
): Promise<RunningShardNode> {
  const config = shardNodeConfig({ nodeId: 'n1', joinWaitMs: 100, ...options, dataDirectory });
  const running = await runShardNode(config, silentLogger);
  cleanUps.push(() => running.stop());
  return running;
}

async function connect({ address, nodeId }: RunningShardNode): Promise<GrpcShardLink> {
  const { link } = linkTo(Number(address.split(':')[1]), {}, { nodeId });
  cleanUps.push(() => link.close());
  await until(() => link.isConnected);
  return link;
}

async function ask(link: GrpcShardLink, request: LinkRequest): Promise<LinkReply> {
  const outcome = await new Promise<LinkOutcome>((resolve) => link.send(request, 10_000, resolve));
  if (outcome.status !== 'ok') throw new Error(`${outcome.status}: ${outcome.detail}`);
  return outcome.reply;
}

const random = seededRandom(5);
const vectors = Array.from({ length: 600 }, () =>
  Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5),
);

function writeOf(from: number, to: number): LinkRequest {
  const ops = vectors.slice(from, to).map((vector, i) => upsert(`d${from + i}`, vector));
  const version = makeVersion(1_700_000_000_000, from, 0);
  const target = { partition: 0, generation: 1, version, ops: encodeWriteOps(ops) };
  return { kind: 'write', collection, targets: [target] };
}

function searchOf(index: number, exact = false): LinkRequest {
  const parts = { includeText: true, includeMetadata: false, includeVector: false };
  const targets = [{ partition: 0, generation: 1, k: 3, ef: 64 }];
  const vector = vectors[index] as Float32Array;
  return { kind: 'search', collection, vector, exact, ...parts, targets };
}

async function nearestTo(link: GrpcShardLink, index: number, exact = false): Promise<string> {
  const reply = await ask(link, searchOf(index, exact));
  if (reply.kind !== 'search') throw new Error(reply.kind);
  const [target] = reply.targets;
  return target?.status === 'ok' ? (target.hits[0]?.id ?? 'nothing') : String(target?.status);
}

describe('runShardNode', () => {
  it('keeps what it acknowledged over a stop and a start, and stays the same node', async () => {
    const directory = newDirectory();
    const first = await start(directory);
    const link = await connect(first);
    await link.assign(1, [assignment]);
    for (let from = 0; from < 600; from += 200) await ask(link, writeOf(from, from + 200));
    expect(await nearestTo(link, 17)).toBe('d17');
    expect(await first.stop()).toBe(true);

    const second = await start(directory, { nodeId: undefined });
    expect(second.nodeId).toBe('n1');
    const again = await connect(second);
    await until(() => second.reports().every(({ condition }) => condition === 'open'));
    expect(second.reports()).toMatchObject([{ documentCount: 600 }]);
    for (const index of [0, 17, 599]) {
      expect(await nearestTo(again, index)).toBe(`d${index}`);
      expect(await nearestTo(again, index, true)).toBe(`d${index}`);
    }
  });

  it('builds a graph file that was damaged anew', async () => {
    const directory = newDirectory();
    const first = await start(directory);
    const link = await connect(first);
    await link.assign(1, [assignment]);
    await ask(link, writeOf(0, 600));
    await first.stop();
    writeFileSync(join(directory, 'replicas', 'abc123-0', 'graph'), 'garbage');

    const second = await start(directory);
    const again = await connect(second);
    await until(() => second.reports().every(({ condition }) => condition === 'open'));
    expect(await nearestTo(again, 321)).toBe('d321');
  });

  it('does not start in a directory that a live node has, or that is another one of', async () => {
    const directory = newDirectory();
    const running = await start(directory);
    await expect(start(directory)).rejects.toThrow('in use');
    await running.stop();
    await expect(start(directory, { nodeId: 'n2' })).rejects.toThrow('node n1, not n2');
    writeFileSync(join(directory, 'node.json'), '{"format": 99}');
    await expect(start(directory)).rejects.toThrow('format 99');
  });

  it('says so when it cannot listen, and lets go of the directory', async () => {
    const running = await start(newDirectory());
    const port = Number(running.address.split(':')[1]);
    const directory = newDirectory();
    const listen = { host: '127.0.0.1', port };
    await expect(start(directory, { listen })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}`,
    );
    await start(directory);
  });

  it('joins by the coordinator that answers, and says over HTTP that it is ready', async () => {
    const asked: AddNodeRequest__Output[] = [];
    const server = new Server();
    server.addService(annulusV1.Cluster.service, {
      AddNode: (
        call: { request: AddNodeRequest__Output },
        callback: (e: null, r: object) => void,
      ) => {
        asked.push(call.request);
        callback(null, {});
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    cleanUps.push(() => server.forceShutdown());
    const running = await start(newDirectory(), {
      join: ['127.0.0.1:1', `127.0.0.1:${port}`],
      joinWaitMs: 10_000,
      zone: 'z1',
      weight: 2,
      http: { host: '127.0.0.1', port: 0 },
    });
    expect(running.hasJoined()).toBe(true);
    const { address } = running;
    expect(asked).toEqual([{ nodeId: 'n1', address, zone: 'z1', weight: 2, memberOf: '' }]);
    const ready = await fetch(`http://${running.httpAddress}/readyz`);
    expect(ready.status).toBe(200);
    const metrics = await (await fetch(`http://${running.httpAddress}/metrics`)).text();
    expect(metrics).toContain('annulus_node_queue_depth_requests 0');
  });

  it('serves what it holds when no coordinator can be reached', async () => {
    const running = await start(newDirectory(), { join: ['127.0.0.1:1'], joinWaitMs: 20 });
    expect(running.hasJoined()).toBe(false);
    const link = await connect(running);
    expect(await ask(link, { kind: 'heartbeat' })).toMatchObject({ kind: 'heartbeat' });
  });
});
