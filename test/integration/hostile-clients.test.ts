/**
 * Clients that do not keep to the protocol, or do not stay: every server goes on serving the others.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as http2Connect } from 'node:http2';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { RawClient } from '../support/raw-client.js';

let cluster: ProcessCluster;
let client: RawClient;
const vector = { floats: { values: [1, 0, 0] } };

beforeAll(async () => {
  cluster = await ProcessCluster.start({ shards: 2 });
  client = new RawClient(cluster.address);
  await client.call('CreateCollection', { name: 'docs', dimension: 3 });
  await client.call('Upsert', { collection: 'docs', documents: [{ id: 'a', vector }] });
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

async function expectServing(): Promise<void> {
  const answer = await client.call('Search', { collection: 'docs', vector, top_k: 1 });
  expect(answer).toMatchObject({ hits: [{ id: 'a' }], coverage: { missing: [] } });
  expect(cluster.coordinator.hasExited).toBe(false);
  for (const nodeId of cluster.nodeIds) expect(cluster.node(nodeId).hasExited).toBe(false);
}

function statusPort(): string {
  const address = cluster.coordinator.ready.http_address;
  if (typeof address !== 'string') throw new Error('the coordinator has no status port');
  return address;
}

function everyPort(): string[] {
  return [
    cluster.address,
    statusPort(),
    ...cluster.nodeIds.map((nodeId) => cluster.node(nodeId).address),
  ];
}

/** A server that waits for the rest of a frame keeps the connection until its keepalive. */
const CLOSE_LIMIT_MS = 200;

/** Sends bytes; the server closes, or else the client after a while. */
async function send(address: string, bytes: Buffer): Promise<void> {
  const [host, port] = address.split(':') as [string, string];
  const socket = connect(Number(port), host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.setTimeout(CLOSE_LIMIT_MS, () => socket.destroy());
  socket.write(bytes);
  socket.end();
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

describe('garbage on a port', () => {
  it('is turned away by every server', async () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const garbage = [
      randomBytes(4_096),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('\r\n\r\n\u0000\u0000\u0000'),
      Buffer.concat([preface, randomBytes(4_096)]),
      Buffer.concat([preface, settings, randomBytes(64 * 1024)]),
    ];
    for (const address of everyPort()) {
      for (const bytes of garbage) await send(address, bytes);
    }
    await expectServing();
    expect((await fetch(`http://${statusPort()}/readyz`)).status).toBe(200);
  });

  it('inside a gRPC message is turned away by every method of every server', async () => {
    const methods = ['Search', 'Upsert', 'CreateCollection', 'SearchStream', 'UpsertStream']
      .map((name) => `/annulus.v1.Annulus/${name}`)
      .concat(['AddNode', 'WatchTopology'].map((name) => `/annulus.v1.Cluster/${name}`))
      .concat(
        ['Hello', 'Assign', 'Search', 'Write'].map((name) => `/annulus.v1.ShardLink/${name}`),
      );
    const body = randomBytes(512);
    const frames = [
      Buffer.concat([Buffer.from([0, 0, 0, 2, 0]), body]),
      Buffer.concat([Buffer.from([1, 0, 0, 2, 0]), body]),
      Buffer.concat([Buffer.from([0, 0xff, 0xff, 0xff, 0xff]), body]),
      Buffer.from([9, 9, 9]),
    ];
    for (const address of everyPort().filter((port) => port !== statusPort())) {
      const session = http2Connect(`http://${address}`);
      session.on('error', () => {});
      for (const path of methods) {
        for (const frame of frames) await callWith(session, path, frame);
      }
      session.destroy();
    }
    await expectServing();
  }, 60_000);
});

async function callWith(
  session: ReturnType<typeof http2Connect>,
  path: string,
  frame: Buffer,
): Promise<void> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': '500m',
  });
  stream.on('error', () => {});
  stream.resume();
  stream.end(frame);
  if (!stream.closed) await once(stream, 'close');
}

describe('a client that leaves', () => {
  it.each(['SearchStream', 'UpsertStream'])('in the middle of %s harms nobody', async (method) => {
    for (let i = 0; i < 20; i += 1) {
      const leaver = new RawClient(cluster.address);
      const stream = leaver.stream(method);
      stream.on('error', () => {});
      stream.on('data', () => {});
      for (let j = 0; j < 50; j += 1) {
        stream.write(
          method === 'SearchStream'
            ? { collection: 'docs', vector, top_k: 1, request_id: String(j) }
            : { collection: 'docs', documents: [{ id: `left-${i}-${j}`, vector }] },
        );
      }
      if (i % 2 === 0) stream.cancel();
      leaver.close();
    }
    await expectServing();
    await client.call('Upsert', { collection: 'docs', documents: [{ id: 'b', vector }] });
    await client.call('Delete', { collection: 'docs', ids: ['b'] });
  });

  it('in the middle of WatchTopology harms nobody', async () => {
    const leaver = new RawClient(cluster.address);
    const stream = leaver.stream('WatchTopology');
    stream.on('error', () => {});
    await new Promise<void>((resolve) => stream.on('data', () => resolve()));
    stream.cancel();
    leaver.close();
    await client.call('CreateCollection', { name: 'later', dimension: 2 });
    await client.call('DropCollection', { name: 'later' });
    await expectServing();
  });

  it('leaves no request behind in the nodes', async () => {
    await expect
      .poll(
        async () => {
          const { nodes } = await client.call<{ nodes: { outstanding: number }[] }>(
            'ListNodes',
            {},
          );
          return nodes.reduce((sum, { outstanding }) => sum + outstanding, 0);
        },
        { timeout: 10_000 },
      )
      .toBeLessThanOrEqual(cluster.nodeIds.length);
  });
});

describe('a stream', () => {
  it('answers a bad search with its error and goes on', async () => {
    const stream = client.stream('SearchStream');
    const answers: { request_id: string; error: { code: number } | null }[] = [];
    const ended = new Promise<void>((resolve) => stream.on('end', () => resolve()));
    stream.on('data', (answer: never) => answers.push(answer));
    stream.write({ collection: 'docs', vector, top_k: 1, request_id: 'one' });
    stream.write({ collection: 'nope', vector, top_k: 1, request_id: 'two' });
    stream.write({ collection: 'docs', vector, top_k: 1, request_id: 'three' });
    stream.end();
    await ended;
    const byId = new Map(answers.map(({ request_id, error }) => [request_id, error?.code]));
    expect(byId).toEqual(
      new Map([
        ['one', undefined],
        ['two', 5],
        ['three', undefined],
      ]),
    );
  });

  it('of upserts is answered in order, a refused request among them', async () => {
    const stream = client.stream('UpsertStream');
    const answers: { upserted: number; error: { reason: string } | null }[] = [];
    const ended = new Promise<void>((resolve) => stream.on('end', () => resolve()));
    stream.on('data', (answer: never) => answers.push(answer));
    for (let i = 0; i < 30; i += 1) {
      const documents = Array.from({ length: i }, (_, j) => ({ id: `s-${i}-${j}`, vector }));
      stream.write({ collection: 'docs', documents });
    }
    stream.end();
    await ended;
    expect(answers.map(({ upserted }) => upserted)).toEqual(
      Array.from({ length: 30 }, (_, i) => i),
    );
    expect(answers[0]?.error?.reason).toBe('INVALID_FIELD');
  });
});
