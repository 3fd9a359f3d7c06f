import { afterEach, beforeEach } from 'vitest';
import { seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient, type AnnulusClientOptions } from '../../src/client/index.js';
import { FakeAnnulusServer } from './fake-annulus-server.js';

export interface ClientFixture {
  readonly server: FakeAnnulusServer;
  /** A client of the server with quick retries; closed when the test is over. */
  client(options?: AnnulusClientOptions): AnnulusClient;
}

/** For each test a fake server of its own, with the collection `docs` of 2-d vectors. */
export function useFakeServer(): ClientFixture {
  let server: FakeAnnulusServer;
  let clients: AnnulusClient[] = [];
  beforeEach(async () => {
    server = await FakeAnnulusServer.start();
    server.collections.set('docs', { info: { name: 'docs', dimension: 2 }, documents: new Map() });
    clients = [];
  });
  afterEach(async () => {
    server.crash();
    await Promise.all(clients.map((client) => client.close({ timeoutMs: 1 })));
  });
  return {
    get server() {
      return server;
    },
    client(options = {}) {
      const ports = { clock: systemClock, random: seededRandom(1), hold: () => () => {} };
      const client = new AnnulusClient({
        address: server.address,
        ports,
        ...options,
        retry: { backoffMs: 1, ...options.retry },
      });
      clients.push(client);
      return client;
    },
  };
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
