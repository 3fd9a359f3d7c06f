import { describe, expect, it } from 'vitest';
import { dealRows } from '../../../bench/datasets/glove.js';
import { createVectorSet, rowOf } from '../../../bench/datasets/vector-set.js';

function tableOf(rows: readonly (readonly [number, number])[]) {
  const vectors = createVectorSet(rows.length, 2);
  rows.forEach((row, i) => {
    rowOf(vectors, i).set(row);
  });
  return { words: rows.map((_, i) => `w${i}`), vectors };
}

const table = tableOf([
  [3, 4],
  [0, 0],
  [3, 4],
  [3, -4],
  [1, 0],
  [0, 2],
]);

describe('dealRows', () => {
  it('leaves out rows without a direction and second copies, and counts them', () => {
    const dealt = dealRows(table, { count: 3, queryCount: 1, seed: 1 });
    const words = [...dealt.baseWords, ...dealt.queryWords].sort();
    expect(words).toEqual(['w0', 'w3', 'w4', 'w5']);
    expect(dealt.zeroRowCount).toBe(1);
    expect(dealt.duplicateRowCount).toBe(1);
  });

  it('scales every row to unit length', () => {
    const { base, queries } = dealRows(table, { count: 3, queryCount: 1, seed: 1 });
    for (const set of [base, queries]) {
      for (let row = 0; row < set.count; row++) {
        expect(Math.hypot(...rowOf(set, row))).toBeCloseTo(1, 6);
      }
    }
  });

  it('deals the same rows for the same seed, and the same queries for any base size', () => {
    const large = dealRows(table, { count: 3, queryCount: 1, seed: 5 });
    const small = dealRows(table, { count: 2, queryCount: 1, seed: 5 });
    expect(dealRows(table, { count: 3, queryCount: 1, seed: 5 })).toEqual(large);
    expect(small.queryWords).toEqual(large.queryWords);
    expect(small.baseWords).toEqual(large.baseWords.slice(0, 2));
  });

  it('refuses to deal more rows than there are', () => {
    expect(() => dealRows(table, { count: 4, queryCount: 1, seed: 1 })).toThrow(/4 \+ 1 rows/);
  });
});
