import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useFakeServer } from '../../support/client-fixture.js';
import { FakeAnnulusServer } from '../../support/fake-annulus-server.js';
import { until } from '../../support/until.js';

const fixture = useFakeServer();
let second: FakeAnnulusServer;

beforeEach(async () => {
  second = await FakeAnnulusServer.start();
  second.collections.set('docs', { info: { name: 'docs', dimension: 2 }, documents: new Map() });
});
afterEach(() => second.crash());

const servers = () => [fixture.server, second];
const addresses = () => servers().map(({ address }) => address);
const search = { vector: [1, 0], topK: 1 };

describe('a client of several coordinators', () => {
  it('spreads calls and searches over all of them', async () => {
    const client = fixture.client({ address: addresses() });
    await Promise.all(Array.from({ length: 200 }, () => client.count('docs')));
    await Promise.all(Array.from({ length: 200 }, () => client.search('docs', search)));
    for (const server of servers()) {
      expect(server.count('Count')).toBe(100);
      expect(server.count('SearchStream')).toBe(100);
    }
  });

  it('takes a list with commas as well', async () => {
    const client = fixture.client({ address: addresses().join(',') });
    await Promise.all(Array.from({ length: 20 }, () => client.count('docs')));
    expect(servers().map((server) => server.count('Count'))).toEqual([10, 10]);
  });

  it('fails no read, write or search when one of them dies in the middle', async () => {
    const client = fixture.client({ address: addresses(), retry: { budgetPerSecondMin: 1_000 } });
    let isOver = false;
    const loop = async (call: () => Promise<unknown>) => {
      let count = 0;
      for (; !isOver; count += 1) await call();
      return count;
    };
    const document = { id: 'a', vector: [1, 2] };
    const loops = [
      loop(() => client.count('docs')),
      loop(() => client.upsert('docs', document)),
      loop(() => client.search('docs', search)),
    ];
    await until(() => second.count('SearchStream') > 20);
    second.crash();
    const before = fixture.server.count('SearchStream');
    await until(() => fixture.server.count('SearchStream') - before > 200);
    isOver = true;
    for (const count of await Promise.all(loops)) expect(count).toBeGreaterThan(10);
  });

  it('uses one that was away again when it is back', async () => {
    const client = fixture.client({ address: addresses(), retry: { attemptsMax: 20 } });
    second.crash();
    for (let i = 0; i < 20; i += 1) await client.count('docs');
    expect(second.count('Count')).toBe(0);
    await second.listen();
    await until(async () => {
      await Promise.all(Array.from({ length: 4 }, () => client.count('docs')));
      return second.count('Count') > 0;
    });
  });

  it('goes elsewhere while one of them is stopping', async () => {
    const { AnnulusError } = await import('../../../src/base/errors.js');
    const stopping = new AnnulusError('UNAVAILABLE', 'SHUTTING_DOWN', 'stopping');
    second.failNext('Count', 99, stopping);
    const client = fixture.client({ address: addresses() });
    for (let i = 0; i < 20; i += 1) expect(await client.count('docs')).toBe(0);
    expect(second.count('Count')).toBeLessThan(5);
  });
});
