import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { type ChannelOptions, credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultLinkServiceLimits } from '../../shards/link-service.js';
import { defaultBatchLimits } from '../../src/wire/batch-sender.js';
import { ByteWriter, MalformedBytes } from '../../src/wire/bytes.js';
import type { HelloRequest } from '../../src/wire/generated/annulus/v1/HelloRequest.js';
import { readReplyBatch, writeRequestItem } from '../../src/wire/link-codec.js';
import type { LinkRequest } from '../../src/wire/link-messages.js';
import { LINK_PROTOCOL } from '../../src/wire/link-messages.js';
import { annulusV1 } from '../../src/wire/proto-package.js';
import { CLUSTER, LinkFixture } from '../support/grpc-link-harness.js';
import {
  answerAtOnce,
  neverAnswer,
  type ScriptedLinkHandler,
} from '../support/scripted-link-handler.js';
import { until } from '../support/until.js';

type RawClient = InstanceType<typeof annulusV1.ShardLink>;
type Status = { code: number; details: string };

const MIB = 1024 * 1024;
const heartbeat: LinkRequest = { kind: 'heartbeat' };
let fixture: LinkFixture;
let node: ScriptedLinkHandler;

beforeEach(async () => {
  fixture = new LinkFixture();
  ({ node } = fixture);
  await fixture.serve();
});
afterEach(() => fixture.close());

function heartbeatItem(correlation: number): Buffer {
  const writer = new ByteWriter();
  writeRequestItem(writer, correlation, 10_000, heartbeat);
  return writer.finish();
}

function rawClient(options: ChannelOptions = {}): RawClient {
  const address = `127.0.0.1:${fixture.server.port}`;
  const client = new annulusV1.ShardLink(address, credentials.createInsecure(), options);
  fixture.onClose(() => client.close());
  return client;
}

function hello(request: HelloRequest): Promise<Status> {
  return new Promise((resolve) => {
    rawClient().hello(request, (error) => resolve(error ?? { code: 0, details: '' }));
  });
}

/** Sends one batch on a stream of its own; resolves with the status that the node ends it with. */
function statusAfter(items: Buffer): Promise<Status> {
  const stream = rawClient().search();
  stream.on('data', () => {});
  stream.on('error', () => {});
  stream.write({ items });
  return new Promise((resolve) => stream.on('status', resolve));
}

async function isServing(): Promise<boolean> {
  node.script = answerAtOnce;
  const { link } = await fixture.connectedLink();
  let status: string | undefined;
  link.send(heartbeat, 5000, (outcome) => {
    status = outcome.status;
  });
  await until(() => status !== undefined);
  return status === 'ok';
}

describe('the shard node answers and lives on when it gets', () => {
  test('bytes that are no HTTP/2, by the connection', async () => {
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), randomBytes(10_000)]) {
      const socket = connect(fixture.server.port, '127.0.0.1');
      let isClosed = false;
      socket.on('error', () => {});
      socket.on('close', () => {
        isClosed = true;
      });
      socket.resume();
      socket.end(bytes);
      await until(() => isClosed);
    }
    expect(await isServing()).toBe(true);
  });

  test('a connection that says nothing, or breaks off within the preface', async () => {
    for (const bytes of ['', 'PRI * HTTP/2.0\r\n']) {
      const socket = connect(fixture.server.port, '127.0.0.1');
      await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
      socket.destroy();
    }
    expect(await isServing()).toBe(true);
  });

  test('batches of noise: INVALID_ARGUMENT, and that stream alone ends', async () => {
    const { link } = await fixture.connectedLink();
    for (let length = 1; length <= 40; length += 3) {
      const { code, details } = await statusAfter(Buffer.alloc(length, 0xee));
      expect([code, details]).toEqual([3, expect.stringContaining('malformed bytes')]);
    }
    expect(link.isConnected).toBe(true);
    expect(await isServing()).toBe(true);
  });

  test('two calls with one correlation', async () => {
    node.script = neverAnswer;
    const { code } = await statusAfter(Buffer.concat([heartbeatItem(1), heartbeatItem(1)]));
    expect(code).toBe(3);
    expect(node.cancelledCount).toBe(1);
  });

  test('a request whose inner bytes the handler finds malformed', async () => {
    node.script = () => {
      throw new MalformedBytes('operations that are none');
    };
    const { code } = await statusAfter(heartbeatItem(1));
    expect(code).toBe(3);
    expect(await isServing()).toBe(true);
  });

  test('an assignment that makes no sense: INVALID_ARGUMENT with the field', async () => {
    const replica = { generation: 1, dimension: 3, metric: 'l2', m: 16, efConstruction: 100 };
    const bad = [
      [{ epoch: '18446744073709551615' }, 'epoch'],
      [{ replicas: [{ ...replica, metric: 'manhattan' }] }, 'metric'],
      [{ replicas: [{ ...replica, dimension: 0 }] }, 'dimension'],
    ] as const;
    for (const [request, field] of bad) {
      const status = await new Promise<Status>((resolve) => {
        const message = { clusterId: CLUSTER, replicas: [], ...request };
        rawClient().assign({ ...message, replicas: [...message.replicas] }, (error) => {
          resolve(error ?? { code: 0, details: '' });
        });
      });
      expect(status).toMatchObject({ code: 3, details: expect.stringContaining(`${field} is `) });
    }
  });

  test('more streams than it wants: RESOURCE_EXHAUSTED', async () => {
    await fixture.serve({ ...defaultLinkServiceLimits, streamsMax: 1 });
    const first = rawClient().search();
    first.on('error', () => {});
    await until(() => fixture.server.service.streamCount === 1);
    expect((await statusAfter(Buffer.alloc(0))).code).toBe(8);
    first.cancel();
    await until(() => fixture.server.service.streamCount === 0);
  });

  test('a recovery question that is none: INVALID_ARGUMENT, and others are answered', async () => {
    const stream = rawClient().recovery();
    stream.on('data', () => {});
    stream.on('error', () => {});
    const ended = new Promise<Status>((resolve) => stream.on('status', resolve));
    stream.write({ items: Buffer.from('not a question at all') });
    expect((await ended).code).toBe(3);
    await until(() => fixture.server.service.streamCount === 0);
    expect(await isServing()).toBe(true);
  });
});

describe('a caller that is gone', () => {
  test('has its calls cancelled', async () => {
    node.script = neverAnswer;
    const { link } = await fixture.connectedLink();
    for (let i = 0; i < 5; i += 1) link.send(heartbeat, 5000, () => {});
    await until(() => node.received.length === 5);
    link.close();
    await until(() => node.cancelledCount === 5);
    await until(() => fixture.server.service.streamCount === 0);
  });

  test('by half-closing its stream, has that stream ended with OK', async () => {
    const stream = rawClient().write();
    stream.on('data', () => {});
    stream.end();
    const { code } = await new Promise<Status>((resolve) => stream.on('status', resolve));
    expect(code).toBe(0);
  });
});

describe('a caller that does not read its replies', () => {
  const limits = {
    ...defaultLinkServiceLimits,
    batch: { ...defaultBatchLimits, queueBytesMax: 4 * MIB },
    pauseAtReplyBytes: MIB,
  };

  beforeEach(async () => {
    await fixture.serve(limits);
    node.script = (_request, answer) => {
      const none = Buffer.alloc(0);
      const document = {
        id: 'a',
        version: 1n,
        vector: none,
        text: Buffer.alloc(MIB),
        metadata: none,
      };
      const target = { partition: 0, status: 'ok' as const, documents: [document], hasMore: false };
      answer({ kind: 'get', targets: [target] });
    };
  });

  test('is not read from either, and loses nothing once it reads again', async () => {
    const stream = rawClient({ 'grpc.max_receive_message_length': -1 }).search();
    stream.on('error', () => {});
    for (let i = 0; i < 40; i += 1) stream.write({ items: heartbeatItem(i) });
    await until(() => node.received.length > 2);
    const correlations: number[] = [];
    stream.on('data', ({ items }: { items: Buffer }) => {
      readReplyBatch(items, ({ correlation }) => correlations.push(correlation));
    });
    await until(() => correlations.length === 40);
    expect(correlations).toEqual(Array.from({ length: 40 }, (_, i) => i));
    stream.cancel();
  });

  test('and asks for more than may wait at once, has its stream ended', async () => {
    const stream = rawClient().search();
    stream.on('error', () => {});
    await until(() => fixture.server.service.streamCount === 1);
    stream.write({ items: Buffer.concat(Array.from({ length: 40 }, (_, i) => heartbeatItem(i))) });
    await until(() => fixture.server.service.streamCount === 0);
    expect(node.received.length).toBeLessThan(10);
    expect(await isServing()).toBe(true);
  });
});

describe('hello', () => {
  test('is answered when protocol, node and cluster are the ones meant', async () => {
    expect(
      await hello({ protocol: LINK_PROTOCOL, clusterId: CLUSTER, nodeId: 'n1' }),
    ).toMatchObject({
      code: 0,
    });
  });

  test('to a node without a cluster is answered whatever the cluster', async () => {
    node.clusterId = undefined;
    expect(await hello({ protocol: LINK_PROTOCOL, clusterId: 'any', nodeId: 'n1' })).toMatchObject({
      code: 0,
    });
  });

  test('to another node, cluster or protocol is a failed precondition that says both', async () => {
    const right = { protocol: LINK_PROTOCOL, clusterId: CLUSTER, nodeId: 'n1' };
    const cases: [HelloRequest, string][] = [
      [{ ...right, protocol: 1 }, `this shard node's protocol is ${LINK_PROTOCOL}, not 1`],
      [{ ...right, nodeId: 'n2' }, "this shard node's node_id is n1, not n2"],
      [{ ...right, clusterId: 'x' }, `this shard node's cluster_id is ${CLUSTER}, not x`],
    ];
    for (const [request, details] of cases) {
      expect(await hello(request)).toMatchObject({ code: 9, details });
    }
  });
});
