/**
 * The bound that everything is measured against: hnswlib-node by itself, one thread, one graph over
 * all rows, no network, no storage, no payload. Vectors are turned into the plain arrays that it wants
 * before anything is timed.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import hnswlib from 'hnswlib-node';
import { systemClock } from '../../../src/base/system-clock.js';
import type { BenchData } from '../../datasets/bench-data.js';
import { cacheDirectory } from '../../datasets/cache-directory.js';
import { rowOf, type VectorSet } from '../../datasets/vector-set.js';
import { LatencyHistogram } from '../../load/latency-histogram.js';

export interface BareGraphOptions {
  m?: number;
  efConstruction?: number;
  onProgress?(done: number, total: number): void;
}

export interface BareSearches {
  perSecond: number;
  histogram: LatencyHistogram;
}

const PROGRESS_ROWS = 1000;
/** Unit vectors: the inner product is the cosine, without a division per comparison. */
const SPACES = { cosine: 'ip', dot: 'ip', l2: 'l2' } as const;

export class BareGraph {
  readonly #native: InstanceType<typeof hnswlib.HierarchicalNSW>;
  readonly #queries: number[][];
  #ef = 0;

  private constructor({ metric, base, queries }: BenchData) {
    this.#native = new hnswlib.HierarchicalNSW(SPACES[metric], base.dimension);
    this.#queries = rowsAsArrays(queries, metric === 'cosine');
  }

  /** Builds it and says how many rows it took per second, `addPoint` alone. */
  static build(
    data: BenchData,
    { m = 16, efConstruction = 128, onProgress }: BareGraphOptions = {},
  ): { graph: BareGraph; addedPerSecond: number } {
    const graph = new BareGraph(data);
    const { base, metric } = data;
    graph.#native.initIndex(base.count, m, efConstruction, 100);
    const point = new Array<number>(base.dimension).fill(0);
    let addMs = 0;
    for (let row = 0; row < base.count; row += 1) {
      setPoint(point, rowOf(base, row), metric === 'cosine');
      const startMs = systemClock.nowMs();
      graph.#native.addPoint(point, row);
      addMs += systemClock.nowMs() - startMs;
      if (row % PROGRESS_ROWS === 0) onProgress?.(row, base.count);
    }
    return { graph, addedPerSecond: (base.count / addMs) * 1000 };
  }

  /** From the cache, or built and put there: where only searches are of interest. */
  static async cached(data: BenchData, options: BareGraphOptions = {}): Promise<BareGraph> {
    const { m = 16, efConstruction = 128 } = options;
    const { base, name } = data;
    const bytes = new Uint8Array(
      base.values.buffer,
      base.values.byteOffset,
      base.values.byteLength,
    );
    const key = createHash('sha256')
      .update(JSON.stringify([data.metric, m, efConstruction, base.dimension]))
      .update(bytes)
      .digest('hex')
      .slice(0, 16);
    const path = join(cacheDirectory(), `graph-${name}-${key}.hnsw`);
    if (existsSync(path)) {
      const graph = new BareGraph(data);
      await graph.#native.readIndex(path);
      return graph;
    }
    const { graph } = BareGraph.build(data, options);
    await graph.#native.writeIndex(`${path}.${process.pid}.tmp`);
    await rename(`${path}.${process.pid}.tmp`, path);
    return graph;
  }

  /** Rows of the nearest of each query, nearest first. */
  answers(k: number, ef: number): number[][] {
    this.#setEf(ef);
    return this.#queries.map((query) => this.#native.searchKnn(query, k).neighbors);
  }

  searches(k: number, ef: number, durationMs: number): BareSearches {
    this.#setEf(ef);
    const histogram = new LatencyHistogram();
    const startMs = systemClock.nowMs();
    let [beforeMs, count] = [startMs, 0];
    while (beforeMs - startMs < durationMs) {
      this.#native.searchKnn(this.#queries[count % this.#queries.length] as number[], k);
      const nowMs = systemClock.nowMs();
      histogram.recordMs(nowMs - beforeMs);
      [beforeMs, count] = [nowMs, count + 1];
    }
    return { perSecond: (count / (beforeMs - startMs)) * 1000, histogram };
  }

  #setEf(ef: number): void {
    if (ef !== this.#ef) this.#native.setEf(ef);
    this.#ef = ef;
  }
}

function rowsAsArrays(rows: VectorSet, isScaled: boolean): number[][] {
  return Array.from({ length: rows.count }, (_, row) => {
    const point = new Array<number>(rows.dimension).fill(0);
    setPoint(point, rowOf(rows, row), isScaled);
    return point;
  });
}

/** A row as the library wants it; scaled to length 1 for cosine. */
function setPoint(point: number[], vector: Float32Array, isScaled: boolean): void {
  let sum = 0;
  if (isScaled) for (const value of vector) sum += value * value;
  const length = sum > 0 ? Math.sqrt(sum) : 1;
  for (let i = 0; i < vector.length; i += 1) point[i] = (vector[i] as number) / length;
}
