/**
 * The same partitions, searched in this process without a network: what the whole stack is measured
 * against. Graphs only, no rows: the node's exact distances and documents are part of what it adds.
 */
import { HnswIndex } from '../../shards/index/hnsw-index.js';
import { partitionOf } from '../../src/base/hash64.js';
import { systemClock } from '../../src/base/system-clock.js';
import { rowOf, type VectorSet } from '../datasets/vector-set.js';

export class InProcessPartitions {
  readonly #graphs: HnswIndex[];

  /** Labels are row numbers + 1. */
  constructor(base: VectorSet, ids: readonly string[], partitionCount: number) {
    const spec = {
      dimension: base.dimension,
      metric: 'cosine',
      m: 16,
      efConstruction: 128,
    } as const;
    this.#graphs = Array.from({ length: partitionCount }, () => HnswIndex.create(spec));
    ids.forEach((id, row) => {
      this.#graphs[partitionOf(id, partitionCount)]?.add(row + 1, rowOf(base, row));
    });
  }

  /** Rows of the `k` nearest, nearest first. */
  search(query: Float32Array, k: number, ef: number): number[] {
    const found = this.#graphs.flatMap((graph) => graph.search(query, k, ef));
    found.sort((a, b) => a.distance - b.distance);
    return found.slice(0, k).map(({ label }) => label - 1);
  }

  searchesPerSecond(queries: VectorSet, k: number, ef: number, durationMs: number): number {
    const startMs = systemClock.nowMs();
    let count = 0;
    while (systemClock.nowMs() - startMs < durationMs) {
      this.search(rowOf(queries, count % queries.count), k, ef);
      count += 1;
    }
    return (count / (systemClock.nowMs() - startMs)) * 1000;
  }
}
