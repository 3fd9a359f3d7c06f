import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../src/base/errors.js';
import { failureOf, useFakeServer } from '../../support/client-fixture.js';
import { until } from '../../support/until.js';

const fixture = useFakeServer();
const METHOD = 'SearchStream';

async function filledClient(options = {}) {
  const client = fixture.client(options);
  await client.upsert('docs', [
    { id: 'east', vector: [1, 0], text: 'sun', metadata: { rank: 1 } },
    { id: 'north', vector: [0, 1], text: 'ice', metadata: { rank: 2 } },
  ]);
  return client;
}

describe('search', () => {
  it('gives hits and coverage, and nothing that was not asked for', async () => {
    const client = await filledClient();
    const { hits, coverage, ...rest } = await client.search('docs', { vector: [1, 0], topK: 1 });
    expect(hits).toEqual([{ id: 'east', score: 1 }]);
    expect(coverage).toEqual({
      ratio: 0.75,
      partitionsTotal: 4,
      partitionsSearched: 3,
      documentsTotal: 2,
      documentsSearched: 2,
      topologyStaleMs: 0,
      missing: [{ partition: 2, reason: 'timed_out' }],
    });
    expect(rest).toEqual({});
  });

  it('gives text, metadata, vector and an account of itself when asked', async () => {
    const client = await filledClient();
    const { hits, explain } = await client.search('docs', {
      vector: new Float32Array([0, 1]),
      includeText: true,
      includeMetadata: true,
      includeVector: true,
      explain: true,
    });
    expect(hits[0]).toMatchObject({ id: 'north', text: 'ice', metadata: { rank: 2 } });
    expect(hits[0]?.vector).toEqual(new Float32Array([0, 1]));
    expect(explain).toMatchObject({ totalMs: 1.5, attempts: [{ nodeId: 'node-1' }] });
  });

  it('carries a thousand at once over one stream, each with its own answer', async () => {
    const client = await filledClient({ searchesInFlightMax: 64 });
    const results = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => {
        const angle = (i / 1000) * Math.PI * 0.5;
        return client.search('docs', { vector: [Math.cos(angle), Math.sin(angle)], topK: 1 });
      }),
    );
    const ids = results.map(({ hits }) => hits[0]?.id);
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, i) => (i <= 500 ? 'east' : 'north')));
    expect(fixture.server.searchStreams.count).toBe(1);
  });

  it('has no more with the server than allowed; the others wait, and are bounded too', async () => {
    const client = await filledClient({ searchesInFlightMax: 4, searchesWaitingMax: 6 });
    const release = fixture.server.hold(METHOD);
    const search = () => client.search('docs', { vector: [1, 0] });
    const accepted = Array.from({ length: 10 }, search);
    const refused = await failureOf(search());
    expect(refused).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'QUEUE_FULL' });
    await until(() => fixture.server.count(METHOD) === 4);
    release();
    expect(await Promise.all(accepted)).toHaveLength(10);
  });

  it('that fails alone says why and leaves the stream as it is', async () => {
    const client = await filledClient();
    const error = await failureOf(client.search('nowhere', { vector: [1, 0] }));
    expect(error).toMatchObject({ code: 'NOT_FOUND', reason: 'COLLECTION_NOT_FOUND' });
    await client.search('docs', { vector: [1, 0] });
    expect(fixture.server.searchStreams.count).toBe(1);
    expect(fixture.server.count(METHOD)).toBe(2);
  });

  it('is repeated when its answer is an error that may pass', async () => {
    const client = await filledClient();
    const low = new AnnulusError('UNAVAILABLE', 'COVERAGE_TOO_LOW', 'half is missing');
    fixture.server.failNext(METHOD, 2, low);
    expect((await client.search('docs', { vector: [1, 0] })).hits).toHaveLength(2);
    fixture.server.failNext(METHOD, 99, low);
    await expect(client.search('docs', { vector: [1, 0] })).rejects.toMatchObject({
      reason: 'COVERAGE_TOO_LOW',
    });
    expect(fixture.server.count(METHOD)).toBe(3 + 5);
  });
});

describe('a coordinator that knows no batches', () => {
  it('is asked one search a message, on one further stream, and nothing is lost', async () => {
    fixture.server.searchStreams.isOld = true;
    const client = await filledClient();
    const search = () => client.search('docs', { vector: [1, 0], topK: 1 });
    const results = await Promise.all(Array.from({ length: 300 }, search));
    expect(results.every(({ hits }) => hits[0]?.id === 'east')).toBe(true);
    expect(fixture.server.count(METHOD)).toBe(300);
    await search();
    expect(fixture.server.searchStreams.count).toBe(1);
  });
});

describe('a search stream that is lost', () => {
  it('has its searches sent again, without drawing on the retry budget', async () => {
    const retry = { budgetRatio: 0, budgetPerSecondMin: 0 };
    const client = await filledClient({ retry });
    await client.search('docs', { vector: [1, 0] });
    const release = fixture.server.hold(METHOD);
    const searches = Array.from({ length: 50 }, () => client.search('docs', { vector: [1, 0] }));
    await until(() => fixture.server.count(METHOD) === 51);
    fixture.server.dropSearchStreams();
    release();
    const results = await Promise.all(searches);
    expect(results.every(({ hits }) => hits[0]?.id === 'east')).toBe(true);
    expect(fixture.server.searchStreams.count).toBe(2);
    expect(fixture.server.count(METHOD)).toBe(101);
  });

  it('is no licence to send for ever: one that never answers is within the budget', async () => {
    const retry = { budgetRatio: 0, budgetPerSecondMin: 0 };
    const client = await filledClient({ retry });
    fixture.server.hold(METHOD);
    const search = failureOf(client.search('docs', { vector: [1, 0] }));
    await until(() => fixture.server.count(METHOD) === 1);
    fixture.server.dropSearchStreams();
    expect(await search).toMatchObject({ code: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
    expect(fixture.server.count(METHOD)).toBe(1);
  });

  it('is opened again after the coordinator crashed and came back', async () => {
    const { server } = fixture;
    const client = await filledClient({ retry: { attemptsMax: 20, backoffMs: 5 } });
    await client.search('docs', { vector: [1, 0] });
    server.hold(METHOD);
    const searches = Array.from({ length: 20 }, () => client.search('docs', { vector: [1, 0] }));
    await until(() => server.count(METHOD) === 21);
    server.crash();
    await server.listen();
    expect(await Promise.all(searches)).toHaveLength(20);
  });

  it('is closed when it was idle, and opened again when needed', async () => {
    const client = await filledClient({ idleStreamMs: 5 });
    await client.search('docs', { vector: [1, 0] });
    await until(() => fixture.server.openSearchStreams === 0);
    await client.search('docs', { vector: [1, 0] });
    expect(fixture.server.searchStreams.count).toBe(2);
  });
});

describe('a search that is given up', () => {
  it('rejects at once; its late answer is dropped and disturbs nobody', async () => {
    const client = await filledClient();
    const abort = new AbortController();
    const release = fixture.server.hold(METHOD);
    const given = failureOf(client.search('docs', { vector: [1, 0], signal: abort.signal }));
    const kept = client.search('docs', { vector: [0, 1], topK: 1 });
    await until(() => fixture.server.count(METHOD) === 2);
    abort.abort();
    expect(await given).toMatchObject({ code: 'CANCELLED' });
    release();
    expect((await kept).hits[0]?.id).toBe('north');
    expect(fixture.server.searchStreams.count).toBe(1);
  });

  it('is never sent when it was still waiting', async () => {
    const client = await filledClient({ searchesInFlightMax: 1 });
    const abort = new AbortController();
    const release = fixture.server.hold(METHOD);
    const first = client.search('docs', { vector: [1, 0] });
    const waiting = failureOf(client.search('docs', { vector: [1, 0], signal: abort.signal }));
    const third = client.search('docs', { vector: [0, 1], topK: 1 });
    abort.abort();
    expect(await waiting).toMatchObject({ code: 'CANCELLED' });
    release();
    await first;
    expect((await third).hits[0]?.id).toBe('north');
    expect(fixture.server.count(METHOD)).toBe(2);
  });

  it('keeps its place while the server works on it, and frees it at its deadline', async () => {
    const client = await filledClient({ searchesInFlightMax: 1 });
    const release = fixture.server.hold(METHOD);
    const slow = failureOf(client.search('docs', { vector: [1, 0], timeoutMs: 20 }));
    const next = client.search('docs', { vector: [1, 0] });
    expect(await slow).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await until(() => fixture.server.count(METHOD) === 2);
    release();
    expect((await next).hits).toHaveLength(2);
  });

  it('three times without any answer costs the stream its life, and others do not notice', async () => {
    const client = await filledClient();
    await client.search('docs', { vector: [1, 0] });
    const release = fixture.server.hold(METHOD);
    const patient = client.search('docs', { vector: [1, 0] });
    for (let i = 0; i < 3; i += 1) {
      await failureOf(client.search('docs', { vector: [1, 0], timeoutMs: 10 }));
    }
    release();
    expect((await patient).hits).toHaveLength(2);
    expect(fixture.server.searchStreams.count).toBe(2);
  });
});
