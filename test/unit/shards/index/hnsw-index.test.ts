import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GraphSpec } from '../../../../shards/index/graph-space.js';
import { HnswIndex } from '../../../../shards/index/hnsw-index.js';
import { seededRandom } from '../../../../src/base/random.js';
import {
  clusteredVectors,
  nearestByBruteForce,
  recallOf,
} from '../../../support/vector-samples.js';

const spec: GraphSpec = { dimension: 16, metric: 'cosine', m: 8, efConstruction: 64 };
const labelsOf = (found: readonly { label: number }[]) => found.map(({ label }) => label);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'annulus-index-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function filled(vectors: readonly Float32Array[]): HnswIndex {
  const index = HnswIndex.create(spec, 1);
  vectors.forEach((vector, i) => {
    index.add(i + 1, vector);
  });
  return index;
}

describe('HnswIndex', () => {
  it('finds others however many equal vectors there are', () => {
    const random = seededRandom(2);
    const vectors = clusteredVectors(random, 600, 16, 200);
    for (let i = 0; i < 600; i += 1) if (i % 2 === 0) vectors[i] = vectors[0] as Float32Array;
    const index = filled(vectors);
    const naive = new Map(vectors.map((vector, i) => [i + 1, vector]));
    let recall = 0;
    for (let i = 1; i < 100; i += 2) {
      const query = vectors[i] as Float32Array;
      const found = index.search(query, 10, 50);
      const wanted = nearestByBruteForce('cosine', naive, query, 10);
      const limit = (wanted.at(-1)?.distance ?? 0) + 1e-6;
      recall += found.filter(({ distance }) => distance <= limit).length / 10;
    }
    expect(recall / 50).toBeGreaterThan(0.97);
  });

  it('takes a vector that is written again without leaving a dead one behind', () => {
    const [a, b] = clusteredVectors(seededRandom(4), 2, 16, 2) as [Float32Array, Float32Array];
    const index = filled([a, b]);
    for (let label = 3; label < 40; label += 1) {
      if (label % 2 === 0) index.remove(label - 2);
      index.add(label, label % 2 === 0 ? b : a);
      if (label % 2 === 1) index.remove(label - 2);
    }
    expect([index.count, index.removedCount]).toEqual([2, 0]);
    expect(labelsOf(index.search(a, 5, 10))).toEqual([39, 38]);
    index.remove(39);
    expect([index.count, index.removedCount]).toEqual([1, 1]);
    expect(labelsOf(index.search(a, 5, 10))).toEqual([38]);
    index.add(40, a);
    expect([index.count, index.removedCount]).toEqual([2, 0]);
    expect(labelsOf(index.search(a, 5, 10))).toEqual([40, 38]);
  });

  it('tells equal vectors from ones that differ in the sign of a zero only as the metric does', () => {
    const index = HnswIndex.create({ ...spec, dimension: 2, metric: 'l2' });
    index.add(1, Float32Array.of(0, 1));
    index.add(2, Float32Array.of(-0, 1));
    index.remove(1);
    expect(index.removedCount).toBe(0);
    expect(index.search(Float32Array.of(0, 1), 2, 10)).toEqual([{ label: 2, distance: 0 }]);
  });

  it('cannot take vectors while it is written, but removes and searches, and catches up', async () => {
    const vectors = clusteredVectors(seededRandom(1), 300, 16, 10);
    const index = filled(vectors);
    const query = vectors[0] as Float32Array;
    const nearest = labelsOf(index.search(query, 50, 300));
    const written = index.writeNative(join(directory, 'graph'));
    expect(index.isFrozen).toBe(true);
    expect(() => index.add(301, query)).toThrow('being written');
    for (const label of nearest) expect(index.remove(label)).toBe(true);
    expect(index.remove(nearest[0] as number)).toBe(false);
    expect([index.count, index.removedCount]).toEqual([250, 50]);
    const during = labelsOf(index.search(query, 10, 20));
    expect(during).toHaveLength(10);
    expect(
      recallOf(
        index.search(query, 250, 250),
        nearest.map((label) => ({ label })),
      ),
    ).toBe(0);
    const contents = await written;
    expect(contents.labels).toHaveLength(300);
    expect(index.isFrozen).toBe(false);
    expect(labelsOf(index.search(query, 10, 300))).toEqual(during);
    index.add(301, query);
    expect(labelsOf(index.search(query, 1, 10))).toEqual([301]);
    expect([index.count, index.removedCount]).toEqual([251, 49]);
  });

  it('finds what the links of a poor graph do not reach', () => {
    const poor: GraphSpec = { dimension: 2, metric: 'l2', m: 2, efConstruction: 1 };
    const random = seededRandom(6);
    const index = HnswIndex.create(poor);
    const naive = new Map<number, Float32Array>();
    for (let label = 1; label <= 2000; label += 1) {
      const vector = Float32Array.of(random.next(), random.next());
      naive.set(label, vector);
      index.add(label, vector);
    }
    for (let label = 3; label <= 2000; label += 3) {
      naive.delete(label);
      index.remove(label);
    }
    const query = Float32Array.of(0.5, 0.5);
    const found = index.search(query, 2000, 10);
    expect(labelsOf(found).toSorted((a, b) => a - b)).toEqual([...naive.keys()]);
    const wanted = nearestByBruteForce('l2', naive, query, 100);
    expect(recallOf(found.slice(0, 100), wanted)).toBe(1);
  });

  it('refuses vectors that would end the process inside the native code', () => {
    const index = filled([]);
    expect(() => index.add(1, new Float32Array(15))).toThrow('15 elements');
    expect(() => index.search(new Float32Array(17), 1, 10)).toThrow('17 elements');
    expect(() => index.search(new Float32Array(16), 0, 10)).toThrow('top 0');
    expect(() => HnswIndex.create({ ...spec, m: 1 })).toThrow('no graph can be so');
  });

  it('lists the labels that a search may find', () => {
    const index = filled(clusteredVectors(seededRandom(1), 6, 16, 3));
    index.remove(2);
    index.remove(6);
    expect([...index.labels()]).toEqual([1, 3, 4, 5]);
  });
});
