import { beforeAll, describe, expect, it } from 'vitest';
import type { VectorIndex } from '../../shards/index/vector-index.js';
import { distanceFunctions, type Metric } from '../../src/base/metric.js';
import { seededRandom } from '../../src/base/random.js';
import { clusteredVectors, nearestByBruteForce, recallOf } from '../support/vector-samples.js';

export interface VectorIndexAdapter {
  name: string;
  create(dimension: number, metric: Metric): VectorIndex;
  /** Floor of the mean recall at 10; 1 for an exact index. */
  recallMin: number;
  /** How far a distance may lie from the true one, relative to its size; 0 for an exact index. */
  distanceError: number;
}

const METRICS: readonly Metric[] = ['cosine', 'dot', 'l2'];
const EF = 64;

export function describeVectorIndex(adapter: VectorIndexAdapter): void {
  describe(`${adapter.name} as a vector index`, () => {
    describe.each(METRICS)('by %s', (metric) => {
      describeSmallSets(adapter, metric);
      describeRecall(adapter, metric);
    });
  });
}

function vectorOf(...elements: number[]): Float32Array {
  return Float32Array.from(elements);
}

function labelsOf(found: readonly { label: number }[]): number[] {
  return found.map(({ label }) => label);
}

function describeSmallSets(adapter: VectorIndexAdapter, metric: Metric): void {
  const create = (dimension: number) => adapter.create(dimension, metric);

  it('finds nothing when it is empty', () => {
    expect(create(3).search(vectorOf(1, 2, 3), 10, EF)).toEqual([]);
  });

  it('knows what was added and removed', () => {
    const index = create(2);
    index.add(5, vectorOf(1, 0));
    index.add(9, vectorOf(0, 1));
    expect([index.count, index.has(5), index.has(9), index.has(7)]).toEqual([2, true, true, false]);
    expect(index.remove(5)).toBe(true);
    expect([index.count, index.has(5), index.has(9)]).toEqual([1, false, true]);
    expect(index.remove(5)).toBe(false);
    expect(index.remove(7)).toBe(false);
    expect(index.count).toBe(1);
    expect(labelsOf(index.search(vectorOf(1, 0), 5, EF))).toEqual([9]);
  });

  it('finds nothing after everything was removed, and what is added then', () => {
    const index = create(2);
    for (let label = 1; label <= 50; label += 1) index.add(label, vectorOf(label, 1));
    for (let label = 1; label <= 50; label += 1) index.remove(label);
    expect(index.count).toBe(0);
    expect(index.search(vectorOf(1, 1), 10, EF)).toEqual([]);
    index.add(51, vectorOf(3, 3));
    expect(labelsOf(index.search(vectorOf(1, 1), 10, EF))).toEqual([51]);
  });

  it('returns all there is when asked for more', () => {
    const index = create(2);
    for (let label = 1; label <= 20; label += 1) index.add(label, vectorOf(label, 20 - label));
    index.remove(4);
    const found = labelsOf(index.search(vectorOf(1, 1), 1000, EF)).sort((a, b) => a - b);
    expect(found).toEqual([1, 2, 3, ...Array.from({ length: 16 }, (_, i) => i + 5)]);
  });

  it('finds every one of many equal vectors, ties by label', () => {
    const index = create(3);
    for (let label = 1; label <= 300; label += 1) index.add(label, vectorOf(1, 2, 2));
    index.add(301, vectorOf(-1, -2, -2));
    const found = index.search(vectorOf(1, 2, 2), 301, EF);
    expect(labelsOf(found)).toEqual(Array.from({ length: 301 }, (_, i) => i + 1));
  });

  it('keeps labels beyond 32 bits apart', () => {
    const index = create(2);
    const labels = [1, 2 ** 32, 2 ** 32 + 1, 2 ** 33 + 1, 2 ** 53 - 1];
    labels.forEach((label, i) => {
      index.add(label, vectorOf(1, i));
    });
    index.remove(2 ** 32 + 1);
    expect(index.has(1)).toBe(true);
    const found = labelsOf(index.search(vectorOf(1, 1), 10, EF)).sort((a, b) => a - b);
    expect(found).toEqual([1, 2 ** 32, 2 ** 33 + 1, 2 ** 53 - 1]);
  });

  it('works with one dimension', () => {
    const index = create(1);
    const values = [-3, -1, 0.5, 2, 7];
    values.forEach((value, i) => {
      index.add(i + 1, vectorOf(value));
    });
    const naive = new Map(values.map((value, i) => [i + 1, vectorOf(value)]));
    expect(labelsOf(index.search(vectorOf(1.9), 5, EF))).toEqual(
      labelsOf(nearestByBruteForce(metric, naive, vectorOf(1.9), 5)),
    );
  });

  it('orders negative similarities and gives the distances of the metric', () => {
    const index = create(2);
    const naive = new Map([
      [1, vectorOf(-1, -1)],
      [2, vectorOf(-5, -4)],
      [3, vectorOf(-0.5, -2)],
    ]);
    for (const [label, vector] of naive) index.add(label, vector);
    const query = vectorOf(2, 1);
    const found = index.search(query, 3, EF);
    const wanted = nearestByBruteForce(metric, naive, query, 3);
    expect(labelsOf(found)).toEqual(labelsOf(wanted));
    found.forEach(({ distance }, i) => {
      const error = Math.abs(distance - (wanted[i]?.distance as number));
      expect(error).toBeLessThanOrEqual(adapter.distanceError * Math.max(1, Math.abs(distance)));
    });
  });

  it('survives elements at both ends of single precision', () => {
    const index = create(2);
    index.add(1, vectorOf(3e38, -3e38));
    index.add(2, vectorOf(1e-38, 1e-45));
    index.add(3, vectorOf(1, 2));
    const found = index.search(vectorOf(3e38, 3e38), 3, EF);
    expect(labelsOf(found).sort((a, b) => a - b)).toEqual([1, 2, 3]);
    if (metric === 'cosine') expect(labelsOf(found)).toEqual([3, 2, 1]);
  });
}

function describeRecall(adapter: VectorIndexAdapter, metric: Metric): void {
  const dimension = 32;
  const count = 3000;
  const random = seededRandom(11);
  const vectors = clusteredVectors(random, count, dimension, 40);
  const queries = clusteredVectors(random, 60, dimension, 40).concat(vectors.slice(0, 20));
  const labels = vectors.map((_, i) => 2 ** 32 + 3 * i);
  const live = new Map(labels.map((label, i) => [label, vectors[i] as Float32Array]));
  let index: VectorIndex;

  const recall = () => {
    let sum = 0;
    for (const query of queries) {
      const found = index.search(query, 10, EF);
      expect(found.length).toBe(10);
      expect(found.every(({ label }) => live.has(label))).toBe(true);
      sum += recallOf(found, nearestByBruteForce(metric, live, query, 10));
    }
    return sum / queries.length;
  };

  beforeAll(() => {
    index = adapter.create(dimension, metric);
    for (const [label, vector] of live) index.add(label, vector);
  });

  it('finds the ten nearest of 3,000', () => {
    expect(recall()).toBeGreaterThanOrEqual(adapter.recallMin);
  });

  it('answers in order of distance and label', () => {
    const found = index.search(queries[0] as Float32Array, 100, 100);
    const ordered = found.toSorted((a, b) => a.distance - b.distance || a.label - b.label);
    expect(found).toEqual(ordered);
    const distance = distanceFunctions[metric];
    for (const hit of found) {
      const exact = distance(queries[0] as Float32Array, live.get(hit.label) as Float32Array);
      const error = Math.abs(hit.distance - exact);
      expect(error).toBeLessThanOrEqual(adapter.distanceError * Math.max(1, Math.abs(exact)));
    }
  });

  it('finds them, and nothing removed, after 40 % were removed', () => {
    const victims = seededRandom(5);
    for (const label of labels) {
      if (victims.next() >= 0.4) continue;
      expect(index.remove(label)).toBe(true);
      live.delete(label);
    }
    expect(index.count).toBe(live.size);
    expect(recall()).toBeGreaterThanOrEqual(adapter.recallMin);
  });
}
