import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../src/base/errors.js';
import { AnnulusClient } from '../../../src/client/index.js';
import { failureOf, useFakeServer } from '../../support/client-fixture.js';
import { FakeAnnulusServer } from '../../support/fake-annulus-server.js';
import { until } from '../../support/until.js';

const fixture = useFakeServer();
const unavailable = new AnnulusError('UNAVAILABLE', 'PARTITION_UNAVAILABLE', 'come back later');

describe('retries', () => {
  it('repeat a read until it succeeds', async () => {
    fixture.server.failNext('Count', 4, unavailable);
    expect(await fixture.client().count('docs')).toBe(0);
    expect(fixture.server.count('Count')).toBe(5);
  });

  it('end after the documented number of attempts, with the last error', async () => {
    fixture.server.failNext('Count', 99, unavailable);
    await expect(fixture.client().count('docs')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'PARTITION_UNAVAILABLE',
      message: 'come back later',
      isRetriable: true,
    });
    expect(fixture.server.count('Count')).toBe(5);
  });

  it('repeat upserts and deletes', async () => {
    const client = fixture.client();
    fixture.server.failNext('Upsert', 1, unavailable);
    fixture.server.failNext('Delete', 1, unavailable);
    expect(await client.upsert('docs', { id: 'a', vector: [1, 2] })).toMatchObject({ upserted: 1 });
    expect(await client.delete('docs', 'a')).toMatchObject({ deleted: 1 });
  });

  it('never repeat making or dropping a collection', async () => {
    const client = fixture.client();
    fixture.server.failNext('CreateCollection', 1, unavailable);
    fixture.server.failNext('DropCollection', 1, unavailable);
    const create = client.createCollection({ name: 'more', dimension: 2 });
    await expect(create).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(client.dropCollection('docs')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(fixture.server.count('CreateCollection')).toBe(1);
    expect(fixture.server.count('DropCollection')).toBe(1);
  });

  it('never repeat what is wrong in itself', async () => {
    const wrong = new AnnulusError('INVALID_ARGUMENT', 'INVALID_FIELD', 'ids is wrong', {
      metadata: { field: 'ids', value: '0', allowed: '1..1,000' },
    });
    fixture.server.failNext('Get', 2, wrong);
    const error = await failureOf(fixture.client().get('docs', ['a']));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', metadata: { field: 'ids' } });
    expect(fixture.server.count('Get')).toBe(1);
  });

  it('share one budget over all calls of a client', async () => {
    const client = fixture.client({ retry: { budgetRatio: 0.1, budgetPerSecondMin: 0 } });
    for (let i = 0; i < 10; i += 1) await client.count('docs');
    fixture.server.failNext('Count', 1000, unavailable);
    const failed = await Promise.all(
      Array.from({ length: 20 }, () => failureOf(client.count('docs'))),
    );
    expect(failed).toHaveLength(20);
    expect(fixture.server.count('Count')).toBe(10 + 20 + 3);
  });

  it('do not begin when the server asks to wait beyond the deadline', async () => {
    const later = new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', 'full', {
      retryAfterMs: 60_000,
    });
    fixture.server.failNext('Count', 1, later);
    const error = await failureOf(fixture.client().count('docs'));
    expect(error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterMs: 60_000 });
    expect(fixture.server.count('Count')).toBe(1);
  });

  it('reach a coordinator that was started again', async () => {
    const { server } = fixture;
    const client = fixture.client({ retry: { attemptsMax: 20, backoffMs: 5 } });
    expect(await client.count('docs')).toBe(0);
    server.crash();
    const count = client.count('docs');
    await server.listen();
    expect(await count).toBe(0);
  });

  it('go to the next address when one cannot be reached, and stay there', async () => {
    const second = await FakeAnnulusServer.start();
    second.collections.set('docs', { info: { name: 'docs' }, documents: new Map() });
    const addresses = [fixture.server.address, second.address];
    const client = fixture.client({ address: addresses });
    fixture.server.crash();
    for (let i = 0; i < 5; i += 1) expect(await client.count('docs')).toBe(0);
    expect(client.address).toBe(second.address);
    expect(second.count('Count')).toBe(5);
    second.crash();
  });
});

describe('a call that is given up', () => {
  it('rejects at its timeout, naming it', async () => {
    fixture.server.hold('Count');
    await expect(fixture.client().count('docs', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: 'DEADLINE_EXCEEDED',
      message: 'no answer within 20 ms',
    });
  });

  it('rejects at once when its signal is aborted while the server works on it', async () => {
    const abort = new AbortController();
    fixture.server.hold('Count');
    const count = failureOf(fixture.client().count('docs', { signal: abort.signal }));
    await until(() => fixture.server.count('Count') === 1);
    abort.abort(new Error('enough'));
    const error = await count;
    expect(error).toMatchObject({ code: 'CANCELLED', reason: 'CANCELLED' });
    expect((error as AnnulusError).cause).toMatchObject({ message: 'enough' });
  });

  it('sends nothing when its signal is aborted already', async () => {
    const count = fixture.client().count('docs', { signal: AbortSignal.abort() });
    await expect(count).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(fixture.server.count('Count')).toBe(0);
  });

  it('makes no further attempt when its signal is aborted between two', async () => {
    const abort = new AbortController();
    const later = new AnnulusError('UNAVAILABLE', 'QUEUE_FULL', 'full', { retryAfterMs: 5000 });
    fixture.server.failNext('Count', 9, later);
    const count = failureOf(fixture.client().count('docs', { signal: abort.signal }));
    await until(() => fixture.server.count('Count') === 1);
    abort.abort();
    expect(await count).toMatchObject({ code: 'CANCELLED' });
    expect(fixture.server.count('Count')).toBe(1);
  });

  it('gets a fresh channel after three in a row without an answer', async () => {
    const { server } = fixture;
    const client = fixture.client();
    const release = server.hold('Count');
    for (let i = 0; i < 3; i += 1) await failureOf(client.count('docs', { timeoutMs: 10 }));
    release();
    expect(await client.count('docs')).toBe(0);
  });
});

describe('options', () => {
  it.each<[object, string]>([
    [{ address: 'nowhere' }, 'address is "nowhere"; it must be HOST:PORT'],
    [{ address: 'h:0' }, 'address is "h:0"'],
    [{ address: 'h:70000' }, 'address is "h:70000"'],
    [{ address: [] }, 'at least one HOST:PORT'],
    [{ timeoutMs: 0 }, 'timeoutMs is 0; it must be a number from 1 to 3600000'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs is NaN'],
    [{ searchesInFlightMax: 0 }, 'searchesInFlightMax is 0'],
    [{ retry: { attemptsMax: 21 } }, 'retry.attemptsMax is 21'],
    [{ retry: { budgetRatio: 2 } }, 'retry.budgetRatio is 2'],
    [{ retry: { backoffMs: 0 } }, 'retry.backoffMs is 0'],
  ])('%j are refused', (options, message) => {
    expect(() => new AnnulusClient(options)).toThrow(message);
  });

  it('of a call are refused too', async () => {
    const client = fixture.client();
    await expect(client.count('docs', { timeoutMs: -1 })).rejects.toThrow('timeoutMs is -1');
    const signal = {} as AbortSignal;
    await expect(client.count('docs', { signal })).rejects.toThrow('signal is no AbortSignal');
  });
});
