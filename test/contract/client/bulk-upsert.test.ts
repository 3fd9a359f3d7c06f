import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../src/base/errors.js';
import type { DocumentInput, UpsertProgress } from '../../../src/client/index.js';
import { WriteError } from '../../../src/client/index.js';
import { failureOf, useFakeServer } from '../../support/client-fixture.js';
import { until } from '../../support/until.js';

const fixture = useFakeServer();

function* documents(count: number, prefix = 'd'): Generator<DocumentInput> {
  for (let i = 0; i < count; i += 1) yield { id: `${prefix}${i}`, vector: [i, 1] };
}

function sentBatches(): string[][] {
  const requests = fixture.server.received.get('Upsert') as { documents: { id: string }[] }[];
  return requests.map((request) => request.documents.map(({ id }) => id));
}

describe('upsertMany', () => {
  it('writes everything in batches of at most the count asked for', async () => {
    const result = await fixture
      .client()
      .upsertMany('docs', documents(25), { batchDocumentCount: 10 });
    expect(result).toEqual({ upserted: 25, version: 3n, failures: [] });
    expect(sentBatches().map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(await fixture.client().count('docs')).toBe(25);
  });

  it('cuts batches by bytes too, and sends a document that is too large alone', async () => {
    const big = 'x'.repeat(700);
    const source: DocumentInput[] = ['a', 'b', 'c'].map((id) => ({
      id,
      vector: [1, 2],
      text: big,
    }));
    source.push({ id: 'huge', vector: [1, 2], text: 'x'.repeat(5000) });
    await fixture.client().upsertMany('docs', source, { batchBytes: 1024, inFlightMax: 1 });
    expect(sentBatches()).toEqual([['a'], ['b'], ['c'], ['huge']]);
  });

  it('takes async iterables, arrays, and nothing at all', async () => {
    async function* later() {
      yield* documents(3);
    }
    const client = fixture.client();
    expect(await client.upsertMany('docs', later())).toMatchObject({ upserted: 3 });
    expect(await client.upsertMany('docs', [...documents(2)])).toMatchObject({ upserted: 2 });
    expect(await client.upsertMany('docs', [])).toEqual({ upserted: 0, version: 0n, failures: [] });
  });

  it('reads the source no faster than the cluster writes', async () => {
    let taken = 0;
    function* counted() {
      for (const document of documents(1000)) {
        taken += 1;
        yield document;
      }
    }
    const release = fixture.server.hold('Upsert');
    const options = { batchDocumentCount: 10, inFlightMax: 3 };
    const load = fixture.client().upsertMany('docs', counted(), options);
    await until(() => fixture.server.upsertsUnderWay === 3);
    expect(taken).toBeLessThanOrEqual(50);
    release();
    expect(await load).toMatchObject({ upserted: 1000 });
    expect(fixture.server.upsertsUnderWayMax).toBe(3);
  });

  it('reports its progress after every batch', async () => {
    const seen: UpsertProgress[] = [];
    await fixture.client().upsertMany('docs', documents(30), {
      batchDocumentCount: 10,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.map(({ upserted }) => upserted)).toEqual([10, 20, 30]);
    expect(seen.at(-1)).toMatchObject({ taken: 30, upserted: 30, failed: 0 });
    expect(seen.at(-1)?.upsertedBytes).toBeGreaterThan(30 * 8);
  });

  it('lets the later of two documents with one id win, whatever is under way', async () => {
    const source = [
      { id: 'same', vector: [1, 1], text: 'early' },
      ...documents(3),
      { id: 'same', vector: [1, 1], text: 'late' },
    ];
    const release = fixture.server.hold('Upsert');
    const options = { batchDocumentCount: 1 };
    const load = fixture.client().upsertMany('docs', source, options);
    await until(() => fixture.server.upsertsUnderWay === 4);
    release();
    await load;
    expect(sentBatches().at(-1)).toEqual(['same']);
    const { documents: stored } = await fixture.client().get('docs', 'same');
    expect(stored[0]?.text).toBe('late');
  });

  it('outwaits trouble without drawing on the retry budget or counting attempts', async () => {
    const full = new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', 'full', { retryAfterMs: 2 });
    fixture.server.failNext('Upsert', 12, full);
    const retry = { attemptsMax: 1, budgetRatio: 0, budgetPerSecondMin: 0, backoffMsMax: 2 };
    const client = fixture.client({ retry });
    expect(await client.upsertMany('docs', documents(10))).toMatchObject({ upserted: 10 });
    expect(fixture.server.count('Upsert')).toBe(13);
  });

  it('survives a restart of the coordinator', async () => {
    const { server } = fixture;
    const client = fixture.client();
    async function* source() {
      yield* documents(50, 'before');
      server.crash();
      yield* documents(50, 'during');
      await server.listen();
      yield* documents(50, 'after');
    }
    const options = { batchDocumentCount: 10, inFlightMax: 64 };
    expect(await client.upsertMany('docs', source(), options)).toMatchObject({
      upserted: 150,
      failures: [],
    });
    expect(server.collections.get('docs')?.documents.size).toBe(150);
  });

  it('collects failures with their position, and goes on', async () => {
    fixture.server.documentFaults.set('d3', { times: 9, code: 3, reason: 'INVALID_FIELD' });
    function* source() {
      yield* documents(5);
      yield { id: 'bad', vector: ['1'] } as unknown as DocumentInput;
      yield { id: 'good', vector: [1, 2] };
    }
    const result = await fixture.client().upsertMany('docs', source());
    expect(result.upserted).toBe(5);
    const summary = result.failures.map(({ id, index, error }) => [id, index, error.reason]);
    expect(summary).toEqual([
      ['bad', 5, 'INVALID_FIELD'],
      ['d3', 3, 'INVALID_FIELD'],
    ]);
  });

  it('gives up past the number of failures allowed, saying what was written', async () => {
    for (let i = 0; i < 10; i += 1) {
      fixture.server.documentFaults.set(`d${i}`, { times: 9, code: 3, reason: 'INVALID_FIELD' });
    }
    const options = { batchDocumentCount: 5, inFlightMax: 1, failureCountMax: 7 };
    const error = await failureOf(fixture.client().upsertMany('docs', documents(100), options));
    expect(error).toBeInstanceOf(WriteError);
    expect((error as WriteError).failures).toHaveLength(10);
    expect((error as WriteError).message).toContain('load given up after 0 documents, 10 failed');
    expect(fixture.server.count('Upsert')).toBeLessThanOrEqual(3);
  });

  it('ends at once when the request itself is wrong', async () => {
    const load = fixture.client().upsertMany('nowhere', documents(10_000));
    await expect(load).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'COLLECTION_NOT_FOUND' });
    expect(fixture.server.count('Upsert')).toBeLessThanOrEqual(10);
  });

  it('passes on what its source throws, after what was under way', async () => {
    function* broken() {
      yield* documents(10);
      throw new RangeError('the file ends here');
    }
    const options = { batchDocumentCount: 5 };
    const error = await failureOf(fixture.client().upsertMany('docs', broken(), options));
    expect(error).toBeInstanceOf(RangeError);
    expect(fixture.server.upsertsUnderWay).toBe(0);
    expect(fixture.server.collections.get('docs')?.documents.size).toBe(10);
  });

  it('can be cancelled while batches are under way, and closes its source', async () => {
    const abort = new AbortController();
    let isClosed = false;
    function* source() {
      try {
        yield* documents(1000);
      } finally {
        isClosed = true;
      }
    }
    fixture.server.hold('Upsert');
    const options = { signal: abort.signal, batchDocumentCount: 10, inFlightMax: 2 };
    const load = failureOf(fixture.client().upsertMany('docs', source(), options));
    await until(() => fixture.server.upsertsUnderWay === 2);
    abort.abort();
    expect(await load).toMatchObject({ code: 'CANCELLED' });
    expect(isClosed).toBe(true);
  });

  it('can be cancelled while its source makes it wait', async () => {
    const abort = new AbortController();
    async function* source() {
      yield* documents(1);
      await new Promise(() => {});
    }
    const options = { signal: abort.signal, batchDocumentCount: 1 };
    const load = failureOf(fixture.client().upsertMany('docs', source(), options));
    await until(() => fixture.server.count('Upsert') === 1);
    abort.abort();
    expect(await load).toMatchObject({ code: 'CANCELLED' });
  });

  it('is waited for by close', async () => {
    const client = fixture.client();
    const release = fixture.server.hold('Upsert');
    const load = client.upsertMany('docs', documents(30), { batchDocumentCount: 10 });
    await until(() => fixture.server.upsertsUnderWay === 3);
    const closed = client.close();
    release();
    expect(await load).toMatchObject({ upserted: 30 });
    await closed;
  });

  it('refuses options out of their ranges', async () => {
    const client = fixture.client();
    const load = (options: object) => failureOf(client.upsertMany('docs', [], options));
    expect(await load({ batchDocumentCount: 1001 })).toMatchObject({ reason: 'INVALID_FIELD' });
    expect(await load({ inFlightMax: 0 })).toMatchObject({ reason: 'INVALID_FIELD' });
    expect(await load({ consistency: 'all' })).toMatchObject({ reason: 'INVALID_FIELD' });
  });
});
