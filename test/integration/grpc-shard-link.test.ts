import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TcpProxy } from '../../bench/cluster/tcp-proxy.js';
import { defaultLinkServiceLimits } from '../../shards/link-service.js';
import { collectionId } from '../../src/base/ids.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { LinkOutcome } from '../../src/coordinator/transport/shard-link.js';
import { defaultBatchLimits } from '../../src/wire/batch-sender.js';
import type { LinkReply, LinkRequest } from '../../src/wire/link-messages.js';
import { LinkFixture } from '../support/grpc-link-harness.js';
import { answerAtOnce, type ScriptedLinkHandler } from '../support/scripted-link-handler.js';
import { until } from '../support/until.js';

const MIB = 1024 * 1024;
const collection = collectionId('c');
const heartbeat: LinkRequest = { kind: 'heartbeat' };
let fixture: LinkFixture;
let node: ScriptedLinkHandler;

beforeEach(async () => {
  fixture = new LinkFixture();
  ({ node } = fixture);
  await fixture.serve();
});
afterEach(() => fixture.close());

function documentReply(text: Uint8Array): LinkReply {
  const none = Buffer.alloc(0);
  const document = { id: 'a', version: 1n, vector: none, text, metadata: none };
  const target = { partition: 0, status: 'ok' as const, documents: [document], hasMore: false };
  return { kind: 'get', targets: [target] };
}

describe('the link', () => {
  test('to another node is reported once, and asked for again slowly', async () => {
    let waits: number[] = [];
    const clock = {
      ...systemClock,
      setTimer: (delayMs: number, callback: () => void) => {
        waits = [...waits, delayMs];
        return systemClock.setTimer(delayMs, callback);
      },
    };
    const { details, link } = fixture.link({ clock, mismatchRetryMs: 4321 }, { nodeId: 'n2' });
    await until(() => details.length === 1);
    expect(details).toEqual(["this shard node's node_id is n1, not n2"]);
    expect(waits).toContain(4321);
    expect(link.isConnected).toBe(false);
  });

  test('to an address where nobody listens is reported once, and tried for ever', async () => {
    const { port } = fixture.server;
    fixture.server.server.forceShutdown();
    const { events, link } = fixture.link();
    await until(() => events.length === 1);
    await fixture.serve(undefined, port);
    await until(() => link.isConnected);
    expect(events).toEqual(['disconnected', 'connected']);
  });

  test('to a peer that accepts and never answers fails within its time', async () => {
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    fixture.onClose(() => mute.close());
    const { port } = mute.address() as { port: number };
    const { link, events } = fixture.link({ connectTimeoutMs: 50 }, {}, port);
    await until(() => events.includes('disconnected'));
    expect(link.isConnected).toBe(false);
  });

  test('is told when the node stops in good order', async () => {
    const { details } = await fixture.connectedLink();
    fixture.server.service.close();
    await until(() => details.length === 1);
    expect(details).toEqual(['the shard node is shutting down']);
  });

  test('rejects a call when too much waits, and carries on', async () => {
    const batchLimits = { ...defaultBatchLimits, queueItemsMax: 10 };
    const { link } = await fixture.connectedLink({ batchLimits });
    const statuses: string[] = [];
    for (let i = 0; i < 15; i += 1) {
      link.send(heartbeat, 5000, ({ status }) => statuses.push(status));
    }
    await until(() => statuses.length === 15);
    expect(statuses.filter((status) => status === 'rejected')).toHaveLength(5);
    expect(statuses.filter((status) => status === 'ok')).toHaveLength(10);
    link.send(heartbeat, 5000, ({ status }) => statuses.push(`then ${status}`));
    await until(() => statuses.length === 16);
    expect(statuses.at(-1)).toBe('then ok');
  });

  test('says of a request that no message can carry that it is too large', async () => {
    const { link } = await fixture.connectedLink({
      batchLimits: { ...defaultBatchLimits, itemBytesMax: 1000 },
    });
    const outcomes: LinkOutcome[] = [];
    const target = { partition: 0, generation: 1, version: 1n, ops: Buffer.alloc(2000) };
    link.send({ kind: 'write', collection, targets: [target] }, 5000, (o) => outcomes.push(o));
    await until(() => outcomes.length === 1);
    expect(outcomes[0]?.status).toBe('too_large');
  });

  test('hears that a reply is too large for one message, and keeps its other calls', async () => {
    await fixture.serve({
      ...defaultLinkServiceLimits,
      batch: { ...defaultBatchLimits, itemBytesMax: 1000 },
    });
    node.script = (request, answer) => {
      if (request.kind === 'heartbeat') return answerAtOnce(request, answer, 0);
      return answer(documentReply(Buffer.alloc(2000)));
    };
    const { link } = await fixture.connectedLink();
    const statuses: string[] = [];
    const get: LinkRequest = { kind: 'get', collection, includeVector: false, targets: [] };
    link.send(get, 5000, ({ status }) => statuses.push(status));
    link.send(heartbeat, 5000, ({ status }) => statuses.push(status));
    await until(() => statuses.length === 2);
    expect(statuses).toEqual(['too_large', 'ok']);
  });

  test('carries items of many MiB in both directions', async () => {
    node.script = (request, answer) => {
      if (request.kind === 'write') answer(documentReply(request.targets[0]?.ops as Uint8Array));
    };
    const { link } = await fixture.connectedLink();
    const ops = randomBytes(20 * MIB);
    const target = { partition: 0, generation: 1, version: 1n, ops };
    const outcomes: LinkOutcome[] = [];
    link.send({ kind: 'write', collection, targets: [target] }, 10_000, (outcome) => {
      outcomes.push(outcome);
    });
    await until(() => outcomes.length === 1);
    const [outcome] = outcomes;
    const reply = outcome?.status === 'ok' ? outcome.reply : undefined;
    const back = reply?.kind === 'get' ? reply.targets[0]?.documents[0]?.text : undefined;
    expect(ops.equals(back as Buffer)).toBe(true);
  });

  test('to a node that stands still grows to its limit, times out, and goes on after it', async () => {
    const proxy = await TcpProxy.open(fixture.server.port);
    fixture.onClose(() => void proxy.close());
    const batchLimits = { ...defaultBatchLimits, queueBytesMax: 4 * MIB };
    const { link } = await fixture.connectedLink({ batchLimits }, {}, proxy.port);
    proxy.hold('to_server', 'to_client');
    const target = { partition: 0, generation: 1, version: 1n, ops: Buffer.alloc(MIB) };
    const write: LinkRequest = { kind: 'write', collection, targets: [target] };
    const statuses: string[] = [];
    for (let sent = 0; !statuses.includes('rejected'); sent += 1) {
      expect(sent).toBeLessThan(64);
      link.send(write, 50, ({ status }) => statuses.push(status));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => link.outstanding === 0);
    expect(new Set(statuses)).toEqual(new Set(['rejected', 'timed_out']));
    proxy.release();
    const later: string[] = [];
    link.send(heartbeat, 5000, ({ status }) => later.push(status));
    await until(() => later.length === 1);
    expect(later).toEqual(['ok']);
  });
});
