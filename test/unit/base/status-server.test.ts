import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type StatusServer, startStatusServer } from '../../../src/base/status-server.js';

const source = { notReadyReason: () => undefined, metrics: async () => 'up 1\n' };
const limits = { connectionsMax: 4, requestTimeoutMs: 40, checkIntervalMs: 10 };
const listen = { host: '127.0.0.1', port: 0 };
let server: StatusServer;

afterEach(() => server.close());

async function open(): Promise<Socket> {
  const socket = connect(Number(server.address.split(':')[1]), listen.host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.resume();
  return socket;
}

function closed(socket: Socket): Promise<unknown> | undefined {
  return socket.closed ? undefined : new Promise((resolve) => socket.once('close', resolve));
}

describe('the status port', () => {
  it('says whether the server is ready, and why not', async () => {
    let reason: string | undefined = 'no node';
    server = await startStatusServer(listen, { ...source, notReadyReason: () => reason });
    const ask = (path: string) => fetch(`http://${server.address}${path}`);
    expect((await ask('/healthz')).status).toBe(200);
    const refused = await ask('/readyz');
    expect([refused.status, await refused.text()]).toEqual([503, 'no node\n']);
    reason = undefined;
    expect((await ask('/readyz')).status).toBe(200);
    expect(await (await ask('/metrics?x=1')).text()).toBe('up 1\n');
    expect((await ask('/other')).status).toBe(404);
  });

  it('closes connections that say nothing, or do not finish, so that others get in', async () => {
    server = await startStatusServer(listen, source, limits);
    const sockets = await Promise.all(Array.from({ length: 4 }, open));
    sockets[0]?.write('GET /healthz HT');
    await Promise.all(sockets.map(closed));
    expect((await fetch(`http://${server.address}/healthz`)).status).toBe(200);
  });

  it('closes connections past the limit at once', async () => {
    const patient = { ...limits, connectionsMax: 1, requestTimeoutMs: 60_000 };
    server = await startStatusServer(listen, source, patient);
    const first = await open();
    const second = await open();
    await closed(second);
    expect(first.closed).toBe(false);
    first.destroy();
  });
});
