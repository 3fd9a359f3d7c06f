/**
 * When a collection should have more partitions without anybody asking: a partition has outgrown what
 * one should hold, or there are nodes that hold nothing of it, and its partitions are large enough for
 * a split to be worth while. A reason must last for a while: nodes come and go, and so do documents.
 */
import { MAX_PARTITION_BITS } from '../../base/hash64.js';
import type { CollectionId } from '../../base/ids.js';
import type { CollectionEntry, Topology } from '../topology/topology.js';
import type { WantedSplit } from './split-controller.js';

export interface SplitOptions {
  /** A partition of more documents is split; 0: never. Default 1,000,000. */
  maxPartitionDocuments: number;
  /**
   * When nodes outnumber a collection's replicas it is split, as long as its partitions keep so many
   * documents; 0: never. Default 10,000.
   */
  minPartitionDocuments: number;
  /** How long a reason must last. Default 60,000. */
  settleMs: number;
}

export const defaultSplitOptions: SplitOptions = {
  maxPartitionDocuments: 1_000_000,
  minPartitionDocuments: 10_000,
  settleMs: 60_000,
};

const COUNT_MAX = 2 ** MAX_PARTITION_BITS;

/** How many partitions it should have; `documentCounts`: by partition, as last reported. */
export function wantedPartitionCount(
  { partitions, replicationFactor }: CollectionEntry,
  documentCounts: readonly number[],
  nodeCount: number,
  { maxPartitionDocuments, minPartitionDocuments }: SplitOptions,
): number {
  let count = partitions.length;
  const fullest = Math.max(0, ...documentCounts);
  const limit = maxPartitionDocuments === 0 ? Number.POSITIVE_INFINITY : maxPartitionDocuments;
  while ((fullest * partitions.length) / count > limit && count < COUNT_MAX) count *= 2;
  if (minPartitionDocuments === 0) return count;
  const total = documentCounts.reduce((sum, documents) => sum + documents, 0);
  const isWorthwhile = () => total / (count * 2) >= minPartitionDocuments;
  while (count * replicationFactor < nodeCount && isWorthwhile() && count < COUNT_MAX) count *= 2;
  return count;
}

export interface TriggerInputs {
  topology: Topology;
  /** Nodes that last. */
  nodeCount: number;
  documentCounts(collection: CollectionEntry): readonly number[];
  nowMs: number;
}

/** Remembers for how long there have been reasons. */
export class SplitTriggers {
  readonly #options: SplitOptions;
  readonly #reasons = new Map<CollectionId, { partitionCount: number; sinceMs: number }>();

  constructor(options: SplitOptions) {
    this.#options = options;
  }

  /** Splits whose reason has lasted. */
  update({ topology, nodeCount, documentCounts, nowMs }: TriggerInputs): WantedSplit[] {
    const wanted: WantedSplit[] = [];
    for (const id of this.#reasons.keys()) {
      if (topology.collections.get(id)?.state !== 'ready') this.#reasons.delete(id);
    }
    for (const collection of topology.collections.values()) {
      const { id, state, partitions } = collection;
      if (state !== 'ready') continue;
      const counts = documentCounts(collection);
      const partitionCount = wantedPartitionCount(collection, counts, nodeCount, this.#options);
      if (partitionCount === partitions.length) {
        this.#reasons.delete(id);
        continue;
      }
      const known = this.#reasons.get(id);
      const sinceMs = known?.sinceMs ?? nowMs;
      this.#reasons.set(id, { partitionCount, sinceMs });
      if (nowMs - sinceMs >= this.#options.settleMs) {
        wanted.push({ collectionId: id, partitionCount });
      }
    }
    return wanted;
  }
}
