/**
 * What callers must not be able to do: every kind of bad input is answered with a code that fits and a
 * message that names the field, and the servers live on.
 */
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { RawClient } from '../support/raw-client.js';

let cluster: ProcessCluster;
let client: RawClient;

const good = { id: 'good', vector: { floats: { values: [1, 0, 0] } } };
const vectorOf = (...values: number[]) => ({ floats: { values } });
const upsert = (document: unknown) =>
  client.call('Upsert', { collection: 'cosine3', documents: [document] });
const search = (more: object) =>
  client.call('Search', { collection: 'cosine3', vector: vectorOf(1, 0, 0), top_k: 3, ...more });
const create = (more: object) =>
  client.call('CreateCollection', { name: 'other', dimension: 3, metric: 'METRIC_L2', ...more });

beforeAll(async () => {
  cluster = await ProcessCluster.start({ shards: 2 });
  client = new RawClient(cluster.address);
  await client.call('CreateCollection', { name: 'cosine3', dimension: 3, metric: 'METRIC_COSINE' });
  await upsert(good);
});

afterAll(async () => {
  await expectAlive();
  client.close();
  await cluster.stop();
});

async function expectAlive(): Promise<void> {
  const { documents } = await client.call<{ documents: { id: string }[] }>('Get', {
    collection: 'cosine3',
    ids: ['good'],
  });
  expect(documents.map(({ id }) => id)).toEqual(['good']);
  expect(cluster.coordinator.hasExited).toBe(false);
  for (const nodeId of cluster.nodeIds) expect(cluster.node(nodeId).hasExited).toBe(false);
}

async function expectRefused(call: Promise<unknown>, code: number, named: string): Promise<void> {
  const error = await call.then(
    (answer) => expect.fail(`accepted: ${JSON.stringify(answer)}`),
    (failure: { code: number; details: string }) => failure,
  );
  expect(error).toMatchObject({ code });
  expect(error.details).toContain(named);
}

const invalid = (call: Promise<unknown>, named: string) =>
  expectRefused(call, status.INVALID_ARGUMENT, named);

describe('a document that cannot be stored is refused by field', () => {
  it.each<[string, unknown, string]>([
    ['too few elements', { id: 'a', vector: vectorOf(1, 2) }, '3 elements'],
    ['too many elements', { id: 'a', vector: vectorOf(1, 2, 3, 4) }, '3 elements'],
    ['no elements', { id: 'a', vector: vectorOf() }, 'vector'],
    ['NaN', { id: 'a', vector: vectorOf(1, Number.NaN, 0) }, 'vector[1]'],
    ['infinity', { id: 'a', vector: vectorOf(1, 0, Number.POSITIVE_INFINITY) }, 'vector[2]'],
    ['an overflowing element', { id: 'a', vector: vectorOf(1, 1e300, 0) }, 'vector[1]'],
    ['a zero vector for cosine', { id: 'a', vector: vectorOf(0, 0, 0) }, 'cosine'],
    ['no vector', { id: 'a' }, 'vector'],
    ['neither encoding', { id: 'a', vector: {} }, 'exactly one'],
    [
      'both encodings',
      { id: 'a', vector: { ...vectorOf(1, 2, 3), packed: Buffer.alloc(12, 1) } },
      'exactly one',
    ],
    ['ragged packed bytes', { id: 'a', vector: { packed: Buffer.alloc(11) } }, 'multiple of 4'],
    [
      'packed of another dimension',
      { id: 'a', vector: { packed: Buffer.alloc(16) } },
      '3 elements',
    ],
    ['an empty id', { id: '', vector: vectorOf(1, 0, 0) }, 'id'],
    ['an oversized id', { id: 'x'.repeat(513), vector: vectorOf(1, 0, 0) }, '512'],
    ['an oversized text', { ...good, text: 'x'.repeat(1024 * 1024) }, '1048576'],
    ['an empty metadata key', { ...good, metadata: { '': { bool_value: true } } }, 'metadata'],
    [
      'an oversized metadata key',
      { ...good, metadata: { ['k'.repeat(257)]: { bool_value: true } } },
      '256',
    ],
    ['a metadata value of no kind', { ...good, metadata: { a: {} } }, 'metadata["a"]'],
    [
      'a metadata number that is none',
      { ...good, metadata: { a: { number_value: Number.NaN } } },
      'number_value',
    ],
    [
      'too many metadata keys',
      {
        ...good,
        metadata: Object.fromEntries(
          Array.from({ length: 257 }, (_, i) => [`k${i}`, { number_value: i }]),
        ),
      },
      '256',
    ],
  ])('%s', (_name, document, named) => invalid(upsert(document), named));

  it('names the limit and lists the document, while the rest of the batch is written', async () => {
    const answer = await client.call<{ upserted: number; failures: object[] }>('Upsert', {
      collection: 'cosine3',
      documents: [
        { id: 'first', vector: vectorOf(0, 1, 0) },
        { id: 'bad', vector: vectorOf(0, 1) },
        { id: 'last', vector: vectorOf(0, 0, 1) },
      ],
    });
    expect(answer).toMatchObject({
      upserted: 2,
      failures: [{ id: 'bad', code: status.INVALID_ARGUMENT, reason: 'INVALID_FIELD' }],
    });
    const found = await client.call('Get', {
      collection: 'cosine3',
      ids: ['first', 'bad', 'last'],
    });
    expect(found).toMatchObject({ missing_ids: ['bad'] });
  });

  it('metadata of every type comes back as it was given', async () => {
    const metadata = {
      text: { string_value: 'ünïcode \u{1F600}' },
      empty: { string_value: '' },
      number: { number_value: -1.5e300 },
      zero: { number_value: 0 },
      no: { bool_value: false },
      list: { string_list: { values: ['a', '', 'b'] } },
      none: { string_list: { values: [] } },
      constructor: { string_value: 'c' },
      toString: { string_value: 't' },
    };
    await upsert({ id: 'meta', vector: vectorOf(1, 2, 3), metadata });
    const { documents } = await client.call<{ documents: { metadata: object }[] }>('Get', {
      collection: 'cosine3',
      ids: ['meta'],
    });
    expect(documents[0]?.metadata).toMatchObject(metadata);
  });
});

describe('a request that cannot be carried out is refused by field', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['top_k 0', () => search({ top_k: 0 }), 'top_k'],
    ['top_k beyond the limit', () => search({ top_k: 10_001 }), '10000'],
    ['huge top_k', () => search({ top_k: 4_294_967_295 }), 'top_k'],
    ['ef_search beyond the limit', () => search({ ef_search: 10_001 }), 'ef_search'],
    ['a coverage ratio above 1', () => search({ min_coverage_ratio: 1.5 }), 'min_coverage_ratio'],
    ['a negative coverage ratio', () => search({ min_coverage_ratio: -1 }), 'min_coverage_ratio'],
    [
      'a coverage ratio that is no number',
      () => search({ min_coverage_ratio: Number.NaN }),
      'min_coverage_ratio',
    ],
    ['an unknown policy', () => search({ balancing_policy: 'best' }), 'balancing_policy'],
    ['an oversized routing key', () => search({ routing_key: 'x'.repeat(513) }), 'routing_key'],
    ['an oversized request id', () => search({ request_id: 'x'.repeat(129) }), 'request_id'],
    ['a query of another dimension', () => search({ vector: vectorOf(1) }), '3 elements'],
    ['a zero query for cosine', () => search({ vector: vectorOf(0, 0, 0) }), 'cosine'],
    ['a query with NaN', () => search({ vector: vectorOf(1, 1, Number.NaN) }), 'vector[2]'],
    ['an upsert of nothing', () => upsertMany([]), 'documents'],
    ['too large a batch', () => upsertMany(Array(1_001).fill(good)), '1000'],
    ['an unknown consistency', () => upsertMany([good], { consistency: 9 }), 'consistency'],
    ['a get of nothing', () => client.call('Get', { collection: 'cosine3' }), 'ids'],
    ['a delete of nothing', () => client.call('Delete', { collection: 'cosine3' }), 'ids'],
    ['an empty id', () => client.call('Get', { collection: 'cosine3', ids: [''] }), 'ids[0]'],
    [
      'too large a page',
      () => client.call('List', { collection: 'cosine3', page_size: 1_001 }),
      'page_size',
    ],
    [
      'a forged page token',
      () => client.call('List', { collection: 'cosine3', page_token: '!!' }),
      'page_token',
    ],
    ['a batch of no searches', () => client.call('SearchBatch', {}), 'searches'],
    ['dimension 0', () => create({ dimension: 0 }), 'dimension'],
    ['dimension beyond the limit', () => create({ dimension: 16_385 }), '16384'],
    ['an unknown metric', () => create({ metric: 9 }), 'metric'],
    ['partitions that are no power of two', () => create({ partitions: 3 }), 'partitions'],
    ['too many partitions', () => create({ partitions: 8_192 }), '4096'],
    ['more replicas than nodes', () => create({ replication_factor: 3 }), 'replication_factor'],
    ['a graph with too few links', () => create({ hnsw: { m: 1 } }), 'hnsw.m'],
    ['a graph with too many links', () => create({ hnsw: { m: 129 } }), 'hnsw.m'],
    [
      'a graph built without care',
      () => create({ hnsw: { ef_construction: 1 } }),
      'hnsw.ef_construction',
    ],
    ...['../x', '', 'a'.repeat(300), '__proto__', 'Upper', '1digit', 'a/b', 'a\u0000b', ' '].map(
      (name) =>
        [`the name ${JSON.stringify(name).slice(0, 20)}`, () => create({ name }), 'name'] as [
          string,
          () => Promise<unknown>,
          string,
        ],
    ),
    ['a node without address', () => client.call('AddNode', { node_id: 'n' }), 'address'],
    [
      'a node with a bad name',
      () => client.call('AddNode', { node_id: '../n', address: 'a:1' }),
      'node_id',
    ],
    [
      'a node with a bad weight',
      () => client.call('AddNode', { node_id: 'n', address: 'a:1', weight: -1 }),
      'weight',
    ],
  ])('%s', (_name, call, named) => invalid(call(), named));

  it('an unknown collection is not found, whatever is asked of it', async () => {
    const requests: [string, object][] = [
      ['GetCollection', { name: 'nope' }],
      ['DropCollection', { name: '__proto__' }],
      ['Upsert', { collection: 'nope', documents: [good] }],
      ['Delete', { collection: 'nope', ids: ['a'] }],
      ['Get', { collection: 'constructor', ids: ['a'] }],
      ['Count', { collection: '' }],
      ['List', { collection: '../x' }],
      ['Search', { collection: 'nope', vector: vectorOf(1), top_k: 1 }],
    ];
    for (const [method, request] of requests) {
      await expectRefused(client.call(method, request), status.NOT_FOUND, 'collection');
    }
  });

  it('an existing collection is not made again', () =>
    expectRefused(create({ name: 'cosine3' }), status.ALREADY_EXISTS, 'cosine3'));

  it('filters are not served yet', async () => {
    const filter = { eq: { key: 'a', value: { string_value: 'b' } } };
    await expectRefused(search({ filter }), status.UNIMPLEMENTED, 'filter');
    for (const method of ['Count', 'Delete']) {
      const call = client.call(method, { collection: 'cosine3', filter });
      await expectRefused(call, status.UNIMPLEMENTED, 'filter');
    }
  });

  it('one bad search of a batch fails alone', async () => {
    const searches = [{ top_k: 1 }, { top_k: 0 }, { top_k: 2 }].map((more) => ({
      collection: 'cosine3',
      vector: vectorOf(1, 0, 0),
      ...more,
    }));
    const { responses } = await client.call<{
      responses: { hits: unknown[]; error: { code: number } | null }[];
    }>('SearchBatch', { searches });
    expect(responses.map(({ error }) => error?.code)).toEqual([
      undefined,
      status.INVALID_ARGUMENT,
      undefined,
    ]);
    expect(responses[2]?.hits).toHaveLength(2);
  });

  it('a message beyond the limit is refused', async () => {
    const text = 'x'.repeat(1_000_000);
    const documents = Array.from({ length: 24 }, (_, i) => ({ ...good, id: `big-${i}`, text }));
    const answered = upsertMany(documents);
    const { code } = await answered.then(
      () => expect.fail('accepted'),
      (error: { code: number }) => error,
    );
    expect([status.INVALID_ARGUMENT, status.RESOURCE_EXHAUSTED]).toContain(code);
  });

  it('a batch of too many bytes is refused, and nothing of it is written', async () => {
    const text = 'x'.repeat(1_000_000);
    const documents = Array.from({ length: 17 }, (_, i) => ({ ...good, id: `wide-${i}`, text }));
    await invalid(upsertMany(documents), '16777216');
    const { missing_ids } = await client.call<{ missing_ids: string[] }>('Get', {
      collection: 'cosine3',
      ids: ['wide-0'],
    });
    expect(missing_ids).toEqual(['wide-0']);
  });
});

describe('arbitrary requests', () => {
  it('by the thousand are answered, and the servers live on', async () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, 1, -1, 1e39, Number.NaN));
    const vector = fc.oneof(
      fc.array(number, { maxLength: 5 }).map((values) => ({ floats: { values } })),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ packed: Buffer.from(bytes) })),
      fc.constant(undefined),
      fc.constant({}),
    );
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('good'));
    const value = fc.oneof(
      fc.record({ string_value: text }),
      fc.record({ number_value: number }),
      fc.record({ string_list: fc.record({ values: fc.array(text, { maxLength: 3 }) }) }),
      fc.constant({}),
    );
    const document = fc.record({
      id: text,
      vector,
      text,
      metadata: fc.dictionary(text, value, { maxKeys: 3 }),
    });
    const collection = fc.constantFrom('cosine3', 'nope', '');
    const request = fc.oneof(
      fc.tuple(
        fc.constant('Upsert'),
        fc.record({ collection, documents: fc.array(document, { maxLength: 3 }) }),
      ),
      fc.tuple(
        fc.constant('Search'),
        fc.record({
          collection,
          vector,
          top_k: fc.nat(20_000),
          ef_search: fc.nat(20_000),
          exact: fc.boolean(),
          min_coverage_ratio: number,
          balancing_policy: fc.oneof(text, fc.constant('round_robin')),
          request_id: text,
        }),
      ),
      fc.tuple(
        fc.constantFrom('Get', 'Delete'),
        fc.record({
          collection,
          ids: fc.array(
            text.filter((id) => id !== 'good'),
            { maxLength: 3 },
          ),
        }),
      ),
      fc.tuple(
        fc.constant('List'),
        fc.record({ collection, page_size: fc.nat(2_000), page_token: text }),
      ),
      fc.tuple(
        fc.constant('CreateCollection'),
        fc.record({ name: text, dimension: fc.constantFrom(0, 99_999), partitions: fc.nat(9_999) }),
      ),
    );
    const expected = [status.INVALID_ARGUMENT, status.NOT_FOUND];
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 40, maxLength: 40 }), async (requests) => {
        const codes = await Promise.all(
          requests.map(([method, body]) =>
            client.call(method, body).then(
              () => status.OK,
              ({ code }: { code: number }) => code,
            ),
          ),
        );
        for (const code of codes) if (code !== status.OK) expect(expected).toContain(code);
        await upsert(good);
        await expectAlive();
      }),
      { numRuns: 50 },
    );
  }, 60_000);
});

function upsertMany(documents: readonly unknown[], more: object = {}): Promise<unknown> {
  return client.call('Upsert', { collection: 'cosine3', documents, ...more });
}
