/**
 * `node dist/bench/index.js [rows] [part ...]`: the vector index by itself, on GloVe (100 dimensions,
 * cosine, M 16, ef construction 128), one thread. Parts: `exact`, `ef`, `file`, `rebuild`; all of
 * them when none is named. `ef` prints recall at 10, 100 and 1,000 after merging 1 .. 16 partitions,
 * with times, and what the coordinator's default gives.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ExactIndex } from '../shards/index/exact-index.js';
import { buildGraph, type GraphRow } from '../shards/index/graph-builder.js';
import { loadGraph, saveGraph } from '../shards/index/graph-file.js';
import type { GraphSpec } from '../shards/index/graph-space.js';
import { HnswIndex } from '../shards/index/hnsw-index.js';
import { systemClock } from '../src/base/system-clock.js';
import { defaultEfSearch } from '../src/coordinator/search/default-ef-search.js';
import { loadGlove } from './datasets/glove.js';
import { loadGroundTruth } from './datasets/ground-truth.js';
import { rowOf, type VectorSet } from './datasets/vector-set.js';

const rowCount = Number(process.argv[2] ?? 100_000);
const parts = process.argv.slice(3);
const spec: GraphSpec = { dimension: 100, metric: 'cosine', m: 16, efConstruction: 128 };
const K = 10;
const PARTITION_COUNTS = [1, 2, 4, 8, 16];
const EFS_BY_K = new Map([
  [10, [24, 32, 48, 64, 80, 100, 128, 160, 200, 256, 320, 400]],
  [100, [100, 128, 160, 200, 256, 320, 400, 512]],
  [1000, [1000, 1250, 1500, 2000]],
]);
/** Searches for many neighbours take long: fewer queries then. */
const QUERIES_BY_K = new Map([
  [100, 500],
  [1000, 200],
]);
const { name, base, queries } = await loadGlove({ count: rowCount, queryCount: 1000, seed: 1 });

function timedMs(work: () => void): number {
  const startMs = systemClock.nowMs();
  work();
  return systemClock.nowMs() - startMs;
}

async function timedAsyncMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = systemClock.nowMs();
  await work();
  return systemClock.nowMs() - startMs;
}

/** The rows `first`, `first + step`, ... in a graph; label = row + 1. */
function graphOf(rows: VectorSet, first = 0, step = 1): { index: HnswIndex; addMs: number[] } {
  const index = HnswIndex.create(spec);
  const addMs: number[] = [];
  for (let row = first; row < rows.count; row += step) {
    addMs.push(timedMs(() => index.add(row + 1, rowOf(rows, row))));
  }
  return { index, addMs };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function measureExact(): void {
  for (const metric of ['cosine', 'dot', 'l2'] as const) {
    const index = new ExactIndex(spec.dimension, metric);
    const count = Math.min(2500, base.count);
    const addMs = timedMs(() => {
      for (let row = 0; row < count; row += 1) index.add(row + 1, rowOf(base, row));
    });
    const search = () => {
      for (let q = 0; q < queries.count; q += 1) index.search(rowOf(queries, q), K);
    };
    search();
    const searchUs = (timedMs(search) / queries.count) * 1000;
    const addUs = (addMs / count) * 1000;
    console.log(`exact, ${metric}, ${count} rows: search ${us(searchUs)}, add ${us(addUs)}`);
  }
}

const us = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} us`;

async function measureEf(): Promise<void> {
  const truths = new Map<number, Set<number>[]>();
  for (const k of EFS_BY_K.keys()) truths.set(k, await truth(k));
  for (const partitionCount of PARTITION_COUNTS) {
    const graphs = Array.from({ length: partitionCount }, (_, p) =>
      graphOf(base, p, partitionCount),
    );
    const addUs = mean(graphs.map(({ addMs }) => mean(addMs))) * 1000;
    const worstMs = Math.max(...graphs.map(({ addMs }) => addMs.reduce((a, b) => Math.max(a, b))));
    const size = Math.round(base.count / partitionCount);
    console.log(
      `${partitionCount} x ${size}: add ${us(addUs)} on average, worst (grows) ${worstMs.toFixed(1)} ms`,
    );
    const indexes = graphs.map(({ index }) => index);
    for (const [k, wanted] of truths) {
      const chosen = defaultEfSearch(k, partitionCount);
      const efs = new Set([...(EFS_BY_K.get(k) ?? []), chosen]);
      for (const ef of [...efs].sort((a, b) => a - b)) {
        const { recall, queryUs } = measureSearches(indexes, k, ef, wanted);
        const note = ef === chosen ? ' (the default)' : '';
        const eachUs = queryUs / partitionCount;
        console.log(
          `  k ${k}, ef ${ef}${note}: recall ${recall.toFixed(4)}, ${us(queryUs)} (${us(eachUs)} a partition)`,
        );
      }
    }
  }
}

/** Labels of the true `k` nearest of each query. */
async function truth(k: number): Promise<Set<number>[]> {
  const nearest = await loadGroundTruth({ name, base, queries, metric: 'cosine', k });
  return Array.from({ length: queries.count }, (_, q) => {
    const rows = nearest.rows.subarray(q * k, (q + 1) * k);
    return new Set(Array.from(rows, (row) => row + 1));
  });
}

function measureSearches(
  indexes: readonly HnswIndex[],
  k: number,
  ef: number,
  wanted: readonly Set<number>[],
): { recall: number; queryUs: number } {
  const queryCount = Math.min(queries.count, QUERIES_BY_K.get(k) ?? queries.count);
  let hits = 0;
  const tookMs = timedMs(() => {
    for (let q = 0; q < queryCount; q += 1) {
      const query = rowOf(queries, q);
      const found = indexes.flatMap((index) => index.search(query, k, Math.max(ef, k)));
      found.sort((a, b) => a.distance - b.distance);
      for (const { label } of found.slice(0, k)) if (wanted[q]?.has(label)) hits += 1;
    }
  });
  return { recall: hits / queryCount / k, queryUs: (tookMs / queryCount) * 1000 };
}

async function measureFile(directory: string): Promise<void> {
  const { index } = graphOf(base);
  const path = join(directory, 'graph');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const saveMs = await timedAsyncMs(() => saveGraph(index, path, base.count));
  const saveDelayMs = delay.max / 1e6;
  delay.reset();
  const loadMs = await timedAsyncMs(() => loadGraph(path, spec));
  const loadDelayMs = delay.max / 1e6;
  delay.disable();
  console.log(
    `save ${saveMs.toFixed(0)} ms (longest block of the loop ${saveDelayMs.toFixed(1)} ms)`,
  );
  console.log(
    `load ${loadMs.toFixed(0)} ms (longest block of the loop ${loadDelayMs.toFixed(1)} ms)`,
  );
  const removed = Math.floor(base.count / 4);
  const removeMs = timedMs(() => {
    for (let label = 1; label <= removed; label += 1) index.remove(label);
  });
  console.log(`remove ${us((removeMs / removed) * 1000)}`);
}

async function measureRebuild(directory: string): Promise<void> {
  function* rows(): Generator<GraphRow> {
    for (let row = 0; row < base.count; row += 1) yield { seq: row + 1, vector: rowOf(base, row) };
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const path = join(directory, 'rebuilt');
  const options = { spec, path, rows: rows(), rowCount: base.count, lastSeq: base.count };
  const tookMs = await timedAsyncMs(() => buildGraph({ ...options, clock: systemClock }));
  delay.disable();
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) =>
    (ns / 1e6).toFixed(1),
  );
  console.log(
    `rebuild ${(tookMs / 1000).toFixed(1)} s; event loop delay ${p50} / ${p99} / ${max} ms`,
  );
}

const isWanted = (part: string) => parts.length === 0 || parts.includes(part);
const directory = mkdtempSync(join(tmpdir(), 'annulus-bench-'));
try {
  if (isWanted('exact')) measureExact();
  if (isWanted('ef')) await measureEf();
  if (isWanted('file')) await measureFile(directory);
  if (isWanted('rebuild')) await measureRebuild(directory);
} finally {
  rmSync(directory, { recursive: true });
}
