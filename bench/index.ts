/**
 * `node dist/bench/index.js [rows] [part ...]`: the vector index by itself, on GloVe (100 dimensions,
 * cosine, M 16, ef construction 128), one thread. Parts: `exact`, `ef`, `file`, `rebuild`; all of
 * them when none is named. `ef` prints recall at 10 after merging 1 .. 16 partitions, with times.
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
import { loadGlove } from './datasets/glove.js';
import { loadGroundTruth } from './datasets/ground-truth.js';
import { rowOf, type VectorSet } from './datasets/vector-set.js';

const rowCount = Number(process.argv[2] ?? 100_000);
const parts = process.argv.slice(3);
const spec: GraphSpec = { dimension: 100, metric: 'cosine', m: 16, efConstruction: 128 };
const K = 10;
const PARTITION_COUNTS = [1, 2, 4, 8, 16];
const EFS = [32, 48, 64, 80, 100, 128, 160, 200, 256, 320, 400];
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
  const labels = await truth();
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
    for (const ef of EFS) measureSearches(indexes, ef, labels);
  }
}

/** Labels of the true nearest of each query. */
async function truth(): Promise<Set<number>[]> {
  const nearest = await loadGroundTruth({ name, base, queries, metric: 'cosine', k: K });
  return Array.from({ length: queries.count }, (_, q) => {
    const rows = nearest.rows.subarray(q * K, (q + 1) * K);
    return new Set(Array.from(rows, (row) => row + 1));
  });
}

function measureSearches(indexes: HnswIndex[], ef: number, wanted: Set<number>[]): void {
  let hits = 0;
  const tookMs = timedMs(() => {
    for (let q = 0; q < queries.count; q += 1) {
      const query = rowOf(queries, q);
      const found = indexes.flatMap((index) => index.search(query, K, ef));
      found.sort((a, b) => a.distance - b.distance);
      for (const { label } of found.slice(0, K)) if (wanted[q]?.has(label)) hits += 1;
    }
  });
  const recall = hits / queries.count / K;
  const queryUs = (tookMs / queries.count) * 1000;
  const eachUs = queryUs / indexes.length;
  console.log(
    `  ef ${ef}: recall ${recall.toFixed(4)}, ${us(queryUs)} (${us(eachUs)} a partition)`,
  );
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
