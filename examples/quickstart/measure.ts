/** The numbers that the quickstart shows, measured while you watch. */
import type { AnnulusClient } from '../../src/client/index.js';

const TOP_K = 10;
const CONCURRENCY = 32;
const EXACT_CONCURRENCY = 16;
const LATENCY_SEARCHES = 300;
const LOAD_SEARCHES = 3_000;

/** The mean share, 0..1, of the true ten nearest that a default search finds. */
export async function measureRecall(
  client: AnnulusClient,
  collection: string,
  queries: readonly Float32Array[],
  onProgress: (ratio: number) => void,
): Promise<number> {
  let found = 0;
  let done = 0;
  await inParallel(queries, EXACT_CONCURRENCY, async (vector) => {
    const [truth, answer] = await Promise.all([
      client.search(collection, { vector, topK: TOP_K, exact: true }),
      client.search(collection, { vector, topK: TOP_K }),
    ]);
    const ids = new Set(truth.hits.map(({ id }) => id));
    found += answer.hits.filter(({ id }) => ids.has(id)).length / ids.size;
    done += 1;
    onProgress(done / queries.length);
  });
  return found / queries.length;
}

export interface Latency {
  p50Ms: number;
  p99Ms: number;
  perSecond: number;
}

/** One search at a time for the percentiles, then many at once for the rate. */
export async function measureLatency(
  client: AnnulusClient,
  collection: string,
  queries: readonly Float32Array[],
): Promise<Latency> {
  const search = (i: number) =>
    client.search(collection, { vector: queries[i % queries.length] as Float32Array, topK: TOP_K });
  const tookMs: number[] = [];
  for (let i = 0; i < LATENCY_SEARCHES; i += 1) {
    const startMs = performance.now();
    await search(i);
    tookMs.push(performance.now() - startMs);
  }
  tookMs.sort((a, b) => a - b);
  const startMs = performance.now();
  await inParallel(
    Array.from({ length: LOAD_SEARCHES }, (_, i) => i),
    CONCURRENCY,
    search,
  );
  const seconds = (performance.now() - startMs) / 1_000;
  return {
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    perSecond: LOAD_SEARCHES / seconds,
  };
}

function percentile(sorted: readonly number[], ratio: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))] ?? Number.NaN;
}

async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  const next = items.values();
  const worker = async () => {
    for (const item of next) await run(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
