import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recallOf, tuneEf } from '../../../../bench/suites/parts/recall.js';

describe('tuneEf', () => {
  it('finds the smallest ef that reaches the recall, as trying every one would', async () => {
    const range = { min: 10, max: 500 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (enough) => {
        const asked: number[] = [];
        const recallAt = (ef: number) => {
          asked.push(ef);
          return ef >= enough ? 0.96 : 0.9;
        };
        const { ef, recall } = await tuneEf(recallAt, 0.95, range);
        expect(ef).toBe(Math.max(range.min, enough));
        expect(recall).toBe(0.96);
        expect(asked.length).toBeLessThan(20);
      }),
    );
  });

  it('gives the largest allowed, with its recall, when none is enough', async () => {
    const tuned = await tuneEf(() => 0.5, 0.95, { min: 10, max: 100 });
    expect(tuned).toEqual({ ef: 100, recall: 0.5 });
  });

  it('never answers with an ef that missed the recall, however noisy the recall is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 200, maxLength: 200 }),
        async (recalls) => {
          const tuned = await tuneEf((ef) => recalls[ef] as number, 0.7, { min: 1, max: 199 });
          expect(tuned.recall).toBe(recalls[tuned.ef]);
          if (tuned.ef < 199) expect(tuned.recall).toBeGreaterThanOrEqual(0.7);
        },
      ),
    );
  });
});

describe('recallOf', () => {
  const nearest = { k: 2, rows: Uint32Array.from([1, 2, 3, 4]), distances: new Float64Array(4) };

  it('is the share of the true nearest among the answers', () => {
    expect(
      recallOf(
        [
          [2, 1],
          [3, 9],
        ],
        nearest,
      ),
    ).toBe(0.75);
  });

  it('counts a row once, and only among the first k', () => {
    expect(
      recallOf(
        [
          [1, 1],
          [9, 9, 3],
        ],
        nearest,
      ),
    ).toBe(0.25);
  });
});
