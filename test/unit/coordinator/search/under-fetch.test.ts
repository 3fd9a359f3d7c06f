import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareHits, type Rankable } from '../../../../src/base/hit-order.js';
import { mergeTopK } from '../../../../src/coordinator/search/merge-top-k.js';
import {
  firstFetchCount,
  partitionsCutShort,
} from '../../../../src/coordinator/search/under-fetch.js';

/** What the coordinator does, over partitions that answer with the beginning of their lists. */
function underFetched(partitions: Rankable[][], topK: number, first: number) {
  const asked = partitions.map(() => first);
  let questions = partitions.length;
  for (;;) {
    const fetched = partitions.map((all, partition) => {
      const count = asked[partition] as number;
      return { partition, hits: all.slice(0, count), asked: count };
    });
    const lists = fetched.map(({ hits }) => hits);
    const merged = mergeTopK(lists, topK);
    const again = partitionsCutShort(fetched, merged, topK);
    if (again.length === 0) return { merged, questions };
    for (const partition of again) asked[partition] = topK;
    questions += again.length;
  }
}

function spread(distances: number[], partitionOf: (i: number) => number, count: number) {
  const partitions: Rankable[][] = Array.from({ length: count }, () => []);
  distances.forEach((distance, i) => {
    partitions[partitionOf(i) % count]?.push({ id: `d${i}`, distance, version: 1n });
  });
  return partitions.map((hits) => hits.sort(compareHits));
}

describe('under-fetch', () => {
  it('gives exactly the answer that asking every partition for all gives', () => {
    const distance = fc.oneof(fc.nat(20), fc.double({ min: -2, max: 2, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(distance, fc.nat(7)), { maxLength: 120 }),
        fc.constantFrom(1, 2, 4, 8),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (documents, count, topK, first) => {
          const partitions = spread(
            documents.map(([d]) => d),
            (i) => documents[i]?.[1] ?? 0,
            count,
          );
          const { merged, questions } = underFetched(partitions, topK, Math.min(first, topK));
          expect(merged).toEqual(mergeTopK(partitions, topK));
          expect(questions).toBeLessThanOrEqual(2 * count);
        },
      ),
    );
  });

  it('asks again when the last hit is as near as single precision can tell', () => {
    const hit = (id: string, distance: number) => ({ id, distance, version: 1n });
    const fetched = (last: number) => [
      { partition: 0, hits: [hit('a', 0.1), hit('c', last)], asked: 2 },
    ];
    const wide = [hit('a', 0.1), hit('b', 0.2), hit('d', 0.5)];
    expect(partitionsCutShort(fetched(0.500_000_1), wide, 3)).toEqual([0]);
    expect(partitionsCutShort(fetched(0.6), wide, 3)).toEqual([]);
  });
});

describe('firstFetchCount', () => {
  it('is all of a small top_k, and little more than the share of a large one', () => {
    expect(firstFetchCount(10, 4)).toBe(10);
    expect(firstFetchCount(100, 1)).toBe(100);
    expect(firstFetchCount(1_000, 8)).toBeLessThan(170);
    expect(firstFetchCount(10_000, 16)).toBeLessThan(710);
  });

  it('seldom needs a second question where documents are spread by chance', () => {
    let partitionsAskedAgain = 0;
    const [topK, count] = [200, 8];
    const first = firstFetchCount(topK, count);
    for (let round = 0; round < 200; round += 1) {
      const random = fc.sample(fc.nat(count - 1), { numRuns: 1_000, seed: round });
      const partitions = spread(
        random.map((_, i) => i),
        (i) => random[i] as number,
        count,
      );
      partitionsAskedAgain += underFetched(partitions, topK, first).questions - count;
    }
    expect(partitionsAskedAgain).toBeLessThan(200 * count * 0.01);
  });
});
