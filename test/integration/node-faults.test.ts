/**
 * Searches while real shard nodes die, stall and come back. What is asserted is what callers see and
 * what `explain` and the metrics say, never how long anything took.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { AnnulusError } from '../../src/base/errors.js';
import { seededRandom } from '../../src/base/random.js';
import type { SearchResult } from '../../src/client/index.js';
import { until } from '../support/until.js';

const DIMENSION = 16;
const DOCUMENTS = 400;
const random = seededRandom(11);
const vectors = Array.from({ length: DOCUMENTS }, () =>
  Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5),
);

let cluster: ProcessCluster;

async function fill(name: string, replicationFactor: number): Promise<void> {
  const { client } = cluster;
  await client.createCollection({ name, dimension: DIMENSION, partitions: 8, replicationFactor });
  const documents = vectors.map((vector, i) => ({ id: `d${i}`, vector }));
  const { upserted } = await client.upsert(name, documents);
  expect(upserted).toBe(DOCUMENTS);
}

/** A stream of searches, so many at a time, until `stop` is called; the results are all there were. */
function searchStream(collection: string, concurrency: number) {
  let isStopped = false;
  const results: SearchResult[] = [];
  const failures: unknown[] = [];
  const worker = async (first: number) => {
    for (let i = first; !isStopped; i = (i + concurrency) % DOCUMENTS) {
      const vector = vectors[i] as Float32Array;
      await cluster.client
        .search(collection, { vector, topK: 3, explain: true, timeoutMs: 10_000 })
        .then(
          (result) => {
            results.push(result);
            if (result.hits[0]?.id !== `d${i}`) failures.push(`${result.hits[0]?.id}, not d${i}`);
          },
          (error: unknown) => failures.push(error),
        );
    }
  };
  const workers = Array.from({ length: concurrency }, (_, i) => worker(i));
  return {
    results,
    failures,
    async stop() {
      isStopped = true;
      await Promise.all(workers);
    },
  };
}

async function metric(name: string): Promise<number> {
  const page = await (
    await fetch(`http://${cluster.coordinator.ready.http_address}/metrics`)
  ).text();
  const line = page.split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

async function stateOf(nodeId: string): Promise<string | undefined> {
  const nodes = await cluster.client.cluster.listNodes();
  return nodes.find((node) => node.nodeId === nodeId)?.state;
}

/** What the node was last asked for, by the searches from `from` on. */
function attemptsOn(results: readonly SearchResult[], nodeId: string) {
  return results.flatMap((r) => r.explain?.attempts.filter((a) => a.nodeId === nodeId) ?? []);
}

beforeAll(async () => {
  cluster = await ProcessCluster.start({ shards: 3 });
  await fill('threefold', 3);
  await fill('single', 1);
});

afterAll(() => cluster.stop());

describe('a cluster of three nodes', () => {
  it('fails no search while one node stalls, and asks it for nothing but probes', async () => {
    const stream = searchStream('threefold', 4);
    await until(() => stream.results.length >= 200, 30_000);
    cluster.node('node-1').signal('SIGSTOP');
    await until(async () => (await stateOf('node-1')) !== 'up', 30_000);
    const before = stream.results.length;
    await until(() => stream.results.length >= before + 300, 30_000);
    const whileStalled = stream.results.slice(before + 100);
    expect(attemptsOn(whileStalled, 'node-1')).toEqual([]);
    cluster.node('node-1').signal('SIGCONT');
    await until(async () => (await stateOf('node-1')) === 'up', 60_000);
    const back = stream.results.length;
    await until(() => attemptsOn(stream.results.slice(back), 'node-1').length > 0, 60_000);
    await stream.stop();
    expect(stream.failures).toEqual([]);
    expect(stream.results.every(({ coverage }) => coverage.ratio === 1)).toBe(true);
    expect(await metric('annulus_hedges_sent_total')).toBeGreaterThan(0);
    expect(await metric('annulus_hedges_won_total')).toBeGreaterThan(0);
  });

  it('fails no search while one node is killed', async () => {
    const stream = searchStream('threefold', 4);
    await until(() => stream.results.length >= 100, 30_000);
    await cluster.node('node-2').kill();
    await until(async () => (await stateOf('node-2')) === 'down', 30_000);
    const before = stream.results.length;
    await until(() => stream.results.length >= before + 100, 30_000);
    await stream.stop();
    expect(stream.failures).toEqual([]);
    expect(stream.results.every(({ coverage }) => coverage.ratio === 1)).toBe(true);
    expect(attemptsOn(stream.results.slice(before + 8), 'node-2')).toEqual([]);
  });

  it('gives what is left of a collection with one replica only to who accepts that', async () => {
    const vector = vectors[0] as Float32Array;
    const whole = cluster.client.search('single', { vector, topK: 10, timeoutMs: 3_000 });
    const error = await whole.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(AnnulusError);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: 'COVERAGE_TOO_LOW' });

    const partial = await cluster.client.search('single', {
      vector,
      topK: 10,
      minCoverageRatio: 0.3,
    });
    expect(partial.hits.length).toBeGreaterThan(0);
    expect(partial.coverage.ratio).toBeLessThan(1);
    expect(partial.coverage.missing.length).toBeGreaterThan(0);
    for (const { reason } of partial.coverage.missing) expect(reason).toBe('no_replica');
    expect(partial.coverage.documentsSearched).toBeLessThan(partial.coverage.documentsTotal);
    await cluster.startNode('node-2');
    await until(async () => (await stateOf('node-2')) === 'up', 30_000);
  });
});
