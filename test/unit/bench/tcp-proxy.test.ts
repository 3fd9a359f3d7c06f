import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpProxy } from '../../../bench/cluster/tcp-proxy.js';
import { until } from '../../support/until.js';

let echo: Server;
let proxy: TcpProxy;
let client: Socket;
let arrived: string;
let answered: string;

/** The server notes what arrives and says it back. */
beforeEach(async () => {
  arrived = '';
  answered = '';
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      arrived += bytes.toString();
      socket.write(bytes);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpProxy.open((echo.address() as AddressInfo).port);
  client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => {});
  client.on('data', (bytes) => {
    answered += bytes.toString();
  });
  client.write('a');
  await until(() => answered === 'a');
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  echo.close();
});

describe('a proxy that goes bad', () => {
  it('holds back what goes to the server, and delivers it later', async () => {
    proxy.hold('to_server');
    client.write('b');
    const other = connect(proxy.port, '127.0.0.1');
    other.on('error', () => {});
    await once(other, 'connect');
    other.write('c');
    expect(arrived).toBe('a');
    proxy.release();
    await until(() => arrived.length === 3 && answered === 'ab');
    other.destroy();
  });

  it('holds back answers while requests arrive', async () => {
    proxy.hold('to_client');
    client.write('b');
    await until(() => arrived === 'ab');
    expect(answered).toBe('a');
    proxy.release();
    await until(() => answered === 'ab');
  });

  it('resets connections, old and new, until it is released', async () => {
    proxy.refuse();
    await until(() => client.destroyed);
    const refused = connect(proxy.port, '127.0.0.1');
    const error = await new Promise((resolve) => refused.once('error', resolve));
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    proxy.release();
    const accepted = connect(proxy.port, '127.0.0.1');
    accepted.write('z');
    await until(() => arrived.endsWith('z'));
    accepted.destroy();
  });
});
