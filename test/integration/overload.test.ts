/**
 * Far more searches at once than real processes can answer at once. What is asserted is what callers
 * see, that each is answered exactly once, and what still works meanwhile; never how long anything took.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { AnnulusError } from '../../src/base/errors.js';
import { seededRandom } from '../../src/base/random.js';
import { AnnulusClient } from '../../src/client/index.js';
import { RawClient } from '../support/raw-client.js';
import { until } from '../support/until.js';

const DIMENSION = 32;
const DOCUMENTS = 1_500;
const COLLECTION = 'crowded';
const QUEUE_LIMIT = 5;
/** Far more than the limit of reads and the queue let in. */
const FLOOD = 1_500;
const RESOURCE_EXHAUSTED = 8;

const random = seededRandom(5);
const vectors = Array.from({ length: DOCUMENTS }, () =>
  Array.from({ length: DIMENSION }, () => random.next() - 0.5),
);
/** Costly, so that it takes longer to answer than to ask. */
const costly = { topK: 500, efSearch: 1_500 };

let cluster: ProcessCluster;
let raw: RawClient;

interface RawAnswer {
  request_id: string;
  hits: unknown[];
  error: { code: number; reason: string; retry_after_ms: number } | null;
}

/** Sends searches on one stream without waiting; `answers` fills as they come. */
function flood(count: number) {
  const stream = raw.stream('SearchStream');
  const answers: RawAnswer[] = [];
  const errors: unknown[] = [];
  stream.on('data', (answer: RawAnswer) => answers.push(answer));
  stream.on('error', (error: unknown) => errors.push(error));
  const send = (name: string, vector: number[]) =>
    stream.write({
      collection: COLLECTION,
      vector: { floats: { values: vector } },
      top_k: costly.topK,
      ef_search: costly.efSearch,
      request_id: name,
      timeout_ms: 20_000,
    });
  for (let i = 0; i < count; i += 1) send(String(i), vectors[i % DOCUMENTS] as number[]);
  return { answers, errors, send, stream };
}

async function refusedCount(kind: string): Promise<number> {
  const { http_address } = cluster.coordinator.ready;
  const page = await (await fetch(`http://${http_address}/metrics`)).text();
  const lines = page.split('\n').filter((line) => {
    return line.startsWith(`annulus_admission_refused_total{class="${kind}"`);
  });
  return lines.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
}

beforeAll(async () => {
  const env = { ANNULUS_ADMISSION_QUEUE_LIMIT: String(QUEUE_LIMIT) };
  cluster = await ProcessCluster.start({ shards: 1, env });
  raw = new RawClient(cluster.address);
  const { client } = cluster;
  await client.createCollection({ name: COLLECTION, dimension: DIMENSION, partitions: 2 });
  await client.upsertMany(
    COLLECTION,
    vectors.map((values, i) => ({ id: `d${i}`, vector: Float32Array.from(values) })),
  );
}, 60_000);

afterAll(async () => {
  raw?.close();
  await cluster?.stop();
});

it('answers or refuses every search of a stream, once, and the stream goes on', async () => {
  const { answers, errors, send, stream } = flood(FLOOD);
  await until(() => answers.length >= FLOOD, 60_000);
  expect(errors).toEqual([]);
  expect(new Set(answers.map(({ request_id }) => request_id)).size).toBe(FLOOD);
  const refused = answers.filter(({ error }) => error !== null);
  const answered = answers.filter(({ error }) => error === null);
  const reasons = new Set(refused.map(({ error }) => error?.reason));
  expect({ reasons, isAny: answered.length > 0 }).toEqual({
    reasons: new Set(['QUEUE_FULL']),
    isAny: true,
  });
  for (const { error } of refused) {
    expect(error?.code).toBe(RESOURCE_EXHAUSTED);
    expect(error?.retry_after_ms).toBeGreaterThan(0);
  }
  for (const { hits } of answered) expect(hits).toHaveLength(costly.topK);
  // A node may have turned some of them away as well.
  expect(await refusedCount('read')).toBeGreaterThan(0);
  send('afterwards', vectors[0] as number[]);
  await until(() => answers.some(({ request_id }) => request_id === 'afterwards'));
  expect(answers.at(-1)?.error).toBeNull();
  stream.end();
});

it('goes on to answer who asks for nodes, collections and health, and writes a little', async () => {
  const { answers, stream } = flood(FLOOD);
  const { client } = cluster;
  const [nodes, info, upserted] = await Promise.all([
    client.cluster.listNodes(),
    client.getCollection(COLLECTION),
    client.upsertMany(COLLECTION, [{ id: 'late', vector: new Float32Array(DIMENSION).fill(1) }]),
  ]);
  expect(nodes.map(({ state }) => state)).toEqual(['up']);
  expect(info.dimension).toBe(DIMENSION);
  expect(upserted.upserted).toBe(1);
  await until(() => answers.length >= FLOOD, 60_000);
  stream.end();
  expect((await client.get(COLLECTION, 'late')).documents).toHaveLength(1);
});

it('tells callers of single calls when to come back, and the SDK comes back then', async () => {
  const once = new AnnulusClient({ address: cluster.address, retry: { attemptsMax: 1 } });
  const search = (client: AnnulusClient, i: number) =>
    client.search(COLLECTION, { vector: Float32Array.from(vectors[i] as number[]), ...costly });
  const ended = await Promise.allSettled(Array.from({ length: 400 }, (_, i) => search(once, i)));
  const refused = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  for (const error of refused) {
    expect(error).toBeInstanceOf(AnnulusError);
    expect(error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'QUEUE_FULL' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
  }
  await once.close();
  const patient = new AnnulusClient({
    address: cluster.address,
    timeoutMs: 60_000,
    retry: { attemptsMax: 20, budgetRatio: 1, budgetPerSecondMin: 1_000 },
  });
  const all = await Promise.all(Array.from({ length: 300 }, (_, i) => search(patient, i)));
  expect(all.every(({ hits }) => hits.length === costly.topK)).toBe(true);
  await patient.close();
});
