/** Searches compared with brute force: the share of true neighbours found, and exactness to the bit. */
import { AnnulusError } from '../../src/base/errors.js';
import { type Metric, scoreOfDistance } from '../../src/base/metric.js';
import type { AnnulusClient, SearchHit, SearchOptions } from '../../src/client/index.js';
import type { NearestRows } from '../datasets/nearest-rows.js';
import { rowOf, type VectorSet } from '../datasets/vector-set.js';

export interface SearchCheck {
  recall: number;
  exactCount: number;
  queryCount: number;
  /** The first exact search that was not as it should be. */
  difference: string | undefined;
}

export interface Expected {
  metric: Metric;
  queries: VectorSet;
  /** `nearest.rows` are indexes of `ids`. */
  nearest: NearestRows;
  ids: readonly string[];
}

const APPROXIMATE_AT_ONCE = 64;
/** All that wait share one pass over the documents. */
const EXACT_AT_ONCE = 100;
/** The longest that a coordinator allows by default. */
const TIMEOUT_MS = 30_000;
/** A busy machine may be late: that is no wrong answer, unless it goes on. */
const ATTEMPTS_MAX = 4;

export async function checkSearches(
  client: AnnulusClient,
  collection: string,
  expected: Expected,
): Promise<SearchCheck> {
  const { queries, nearest } = expected;
  const recall = await checkRecall(client, collection, expected);
  const options = { topK: nearest.k, timeoutMs: TIMEOUT_MS, exact: true };
  const exact = await searchAll(client, collection, queries, options, EXACT_AT_ONCE);
  const differences = exact.map((hits, query) => differenceOf(hits, expected, query));
  return {
    recall,
    exactCount: differences.filter((difference) => difference === undefined).length,
    queryCount: queries.count,
    difference: differences.find((difference) => difference !== undefined),
  };
}

/** The share of the true nearest that searches with default settings find. */
export async function checkRecall(
  client: AnnulusClient,
  collection: string,
  expected: Expected,
): Promise<number> {
  const { queries, nearest } = expected;
  const options = { topK: nearest.k, timeoutMs: TIMEOUT_MS };
  const found = await searchAll(client, collection, queries, options, APPROXIMATE_AT_ONCE);
  return recallOf(found, expected);
}

/** The hits of every query, some queries at once. */
async function searchAll(
  client: AnnulusClient,
  collection: string,
  queries: VectorSet,
  options: Omit<SearchOptions, 'vector'>,
  atOnce: number,
): Promise<SearchHit[][]> {
  const results: SearchHit[][] = [];
  for (let from = 0; from < queries.count; from += atOnce) {
    const count = Math.min(atOnce, queries.count - from);
    const searches = Array.from({ length: count }, (_, i) =>
      searchPatiently(client, collection, { ...options, vector: rowOf(queries, from + i) }),
    );
    for (const { hits } of await Promise.all(searches)) results.push(hits);
  }
  return results;
}

async function searchPatiently(client: AnnulusClient, collection: string, search: SearchOptions) {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await client.search(collection, search);
    } catch (error) {
      const isLate =
        error instanceof AnnulusError && (error.isRetriable || error.code === 'DEADLINE_EXCEEDED');
      if (!isLate || attempts === ATTEMPTS_MAX) throw error;
    }
  }
}

function recallOf(results: readonly SearchHit[][], { nearest, ids }: Expected): number {
  let found = 0;
  results.forEach((hits, query) => {
    const wanted = new Set(rowsOf(nearest, query).map((row) => ids[row]));
    found += hits.filter(({ id }) => wanted.has(id)).length;
  });
  return found / nearest.rows.length;
}

/** Undefined when ids, order and scores are those of brute force, to the last bit. */
function differenceOf(
  hits: readonly SearchHit[],
  { metric, nearest, ids }: Expected,
  query: number,
): string | undefined {
  const wanted = rowsOf(nearest, query).map((row, rank) => {
    const distance = nearest.distances[query * nearest.k + rank] as number;
    return { id: ids[row] as string, score: scoreOfDistance(metric, distance) };
  });
  for (let rank = 0; rank < Math.max(wanted.length, hits.length); rank += 1) {
    const [want, got] = [wanted[rank], hits[rank]];
    if (want?.id === got?.id && want?.score === got?.score) continue;
    const [wantText, gotText] = [want, got].map((hit) => `${hit?.id} ${hit?.score}`);
    return `query ${query}, rank ${rank}: ${gotText} instead of ${wantText}`;
  }
  return undefined;
}

function rowsOf({ rows, k }: NearestRows, query: number): number[] {
  return Array.from(rows.subarray(query * k, (query + 1) * k));
}
