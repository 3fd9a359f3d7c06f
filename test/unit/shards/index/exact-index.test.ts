import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactIndex } from '../../../../shards/index/exact-index.js';
import { distanceFunctions, type Metric } from '../../../../src/base/metric.js';
import { seededRandom } from '../../../../src/base/random.js';
import { clusteredVectors, nearestByBruteForce } from '../../../support/vector-samples.js';

const element = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);
const metricArb = fc.constantFrom<Metric>('cosine', 'dot', 'l2');

type Step =
  | { kind: 'add'; elements: number[] }
  | { kind: 'remove'; pick: number }
  | { kind: 'removeOldest'; count: number };

const stepArb: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      elements: fc.array(element, { minLength: 5, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('removeOldest' as const),
      count: fc.nat({ max: 20 }),
    }),
  },
);

describe('ExactIndex', () => {
  it('answers as sorting all distances does, to the last bit, whatever was added and removed', () => {
    const stepsArb = fc.array(stepArb, { maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(
        metricArb,
        fc.integer({ min: 1, max: 5 }),
        stepsArb,
        (metric, dimension, steps) => {
          const index = new ExactIndex(dimension, metric);
          const naive = new Map<number, Float32Array>();
          steps.forEach((step, i) => {
            apply(index, naive, step, 3 * i + 1, dimension);
          });
          const query = Float32Array.from({ length: dimension }, (_, i) => 1 + i);
          expect(index.count).toBe(naive.size);
          expect(index.oldestLabel).toBe([...naive.keys()][0]);
          for (const k of [1, 3, 1000]) {
            expect(index.search(query, k)).toEqual(nearestByBruteForce(metric, naive, query, k));
          }
          for (const [label, vector] of naive) expect(index.vectorOf(label)).toEqual(vector);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives the distances of the metric bit for bit at every row count around a block', () => {
    const random = seededRandom(3);
    for (const metric of ['cosine', 'dot', 'l2'] as const) {
      for (const count of [1, 2, 3, 4, 5, 255, 256, 257, 259, 600]) {
        const index = new ExactIndex(19, metric);
        const vectors = clusteredVectors(random, count, 19, 3);
        vectors.forEach((vector, i) => {
          index.add(i + 1, vector);
        });
        const [query] = clusteredVectors(random, 1, 19, 1) as [Float32Array];
        for (const { label, distance } of index.search(query, count)) {
          expect(distance).toBe(
            distanceFunctions[metric](query, vectors[label - 1] as Float32Array),
          );
        }
      }
    }
  });

  it('drains from the oldest and takes new vectors without keeping what was drained', () => {
    const index = new ExactIndex(2, 'l2');
    let added = 0;
    let drained = 0;
    for (let round = 0; round < 300; round += 1) {
      for (let i = 0; i < 20; i += 1) {
        added += 1;
        index.add(added, Float32Array.of(added, 1));
      }
      while (index.count > 30) {
        const oldest = index.oldestLabel as number;
        drained += 1;
        expect(oldest).toBe(drained);
        expect(index.vectorOf(oldest)?.[0]).toBe(oldest);
        index.remove(oldest);
      }
      expect(index.removedCount).toBeLessThan(200);
    }
    expect(index.search(Float32Array.of(0, 1), 1)).toMatchObject([{ label: drained + 1 }]);
  });

  it('lets go of all labels up to one, those removed before among them', () => {
    const index = new ExactIndex(1, 'l2');
    for (let label = 1; label <= 100; label += 1) index.add(label * 2, Float32Array.of(label));
    for (const label of [20, 40, 42, 102]) index.remove(label);
    index.removeThrough(41);
    expect([index.count, index.oldestLabel]).toEqual([78, 44]);
    index.removeThrough(44);
    expect([index.count, index.oldestLabel]).toEqual([77, 46]);
    expect(index.search(Float32Array.of(0), 1)).toMatchObject([{ label: 46 }]);
    index.removeThrough(1000);
    expect([index.count, index.oldestLabel]).toEqual([0, undefined]);
    index.add(1001, Float32Array.of(5));
    expect(index.search(Float32Array.of(0), 3)).toMatchObject([{ label: 1001 }]);
  });

  it('refuses labels out of order and vectors of another length', () => {
    const index = new ExactIndex(2, 'dot');
    index.add(4, Float32Array.of(1, 2));
    index.remove(4);
    expect(() => index.add(4, Float32Array.of(1, 2))).toThrow('does not come after');
    expect(() => index.add(5, Float32Array.of(1))).toThrow('1 elements');
    expect(() => index.search(Float32Array.of(1, 2, 3), 1)).toThrow('3 elements');
  });
});

function apply(
  index: ExactIndex,
  naive: Map<number, Float32Array>,
  step: Step,
  label: number,
  dimension: number,
): void {
  if (step.kind === 'add') {
    const vector = Float32Array.from(step.elements.slice(0, dimension));
    index.add(label, vector);
    naive.set(label, vector);
    return;
  }
  const keys = [...naive.keys()];
  const first = step.kind === 'remove' ? step.pick % Math.max(1, keys.length) : 0;
  const count = step.kind === 'remove' ? 1 : step.count;
  for (const key of keys.slice(first, first + count)) {
    naive.delete(key);
    expect(index.remove(key)).toBe(true);
    expect(index.has(key)).toBe(false);
  }
}
