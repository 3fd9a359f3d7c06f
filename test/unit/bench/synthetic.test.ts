import { describe, expect, it } from 'vitest';
import { generateSynthetic } from '../../../bench/datasets/synthetic.js';
import { rowOf, type VectorSet } from '../../../bench/datasets/vector-set.js';

const OPTIONS = { count: 400, queryCount: 10, dimension: 384, seed: 3 };

function cosine(set: VectorSet, a: number, b: number): number {
  return rowOf(set, a).reduce((sum, value, i) => sum + value * (rowOf(set, b)[i] as number), 0);
}

describe('generateSynthetic', () => {
  it('makes the same vectors from the same seed, and others from another', () => {
    const first = generateSynthetic(OPTIONS);
    expect(generateSynthetic(OPTIONS)).toEqual(first);
    expect(generateSynthetic({ ...OPTIONS, seed: 4 }).base.values).not.toEqual(first.base.values);
  });

  it.each([384, 768, 1_536])('makes unit vectors of %i dimensions', (dimension) => {
    const { base, queries } = generateSynthetic({ ...OPTIONS, count: 50, dimension });
    expect(base).toMatchObject({ count: 50, dimension });
    expect(queries).toMatchObject({ count: 10, dimension });
    for (let row = 0; row < base.count; row++) expect(cosine(base, row, row)).toBeCloseTo(1, 5);
  });

  it('puts rows of one cluster at a cosine of about 0.55 and others near 0', () => {
    const { base, baseClusters } = generateSynthetic(OPTIONS);
    const sums = { same: 0, sameCount: 0, other: 0, otherCount: 0 };
    for (let a = 0; a < base.count; a++) {
      for (let b = a + 1; b < base.count; b += 7) {
        const isSame = baseClusters[a] === baseClusters[b];
        sums[isSame ? 'same' : 'other'] += cosine(base, a, b);
        sums[isSame ? 'sameCount' : 'otherCount']++;
      }
    }
    expect(sums.same / sums.sameCount).toBeGreaterThan(0.45);
    expect(sums.same / sums.sameCount).toBeLessThan(0.65);
    expect(Math.abs(sums.other / sums.otherCount)).toBeLessThan(0.05);
  });

  it('names every option that changes the contents', () => {
    const name = generateSynthetic({ ...OPTIONS, count: 20, intrinsicDimension: 8 }).name;
    expect(name).toBe('synthetic-384d-20-c16-i8-s0.9-n0.1-seed3');
  });

  it('refuses an intrinsic dimension above the dimension', () => {
    expect(() => generateSynthetic({ ...OPTIONS, dimension: 8, intrinsicDimension: 9 })).toThrow(
      /intrinsicDimension 9/,
    );
  });
});
