import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundsAfresh,
  boundsKept,
  splitByWeight,
  spreadOverZones,
  targetLoads,
} from '../../../../src/coordinator/topology/placement-shares.js';

describe('spreadOverZones', () => {
  it.each([
    [3, [1, 1, 1], [1, 1, 1], [1, 1, 1]],
    [3, [2, 2, 2, 2], [0, 0, 0, 0], [1, 1, 1, 1]],
    [3, [2, 2], [1, 1], [2, 2]],
    [3, [5], [3], [3]],
    [4, [1, 6], [1, 3], [1, 3]],
    [1, [3, 1], [0, 0], [1, 1]],
  ])('%i copies over zones of %j nodes', (copies, counts, min, max) => {
    expect(spreadOverZones(copies, counts)).toEqual({ min, max });
  });
});

describe('splitByWeight', () => {
  it('splits in proportion where no limit is in the way', () => {
    const claims = [1, 2, 5].map((weight) => ({ weight, min: 0, max: 100 }));
    expect(splitByWeight(80, claims)).toEqual([10, 20, 50]);
  });

  it('gives what one claim cannot take to the others', () => {
    const claims = [1, 1, 8].map((weight) => ({ weight, min: 0, max: 40 }));
    expect(splitByWeight(80, claims)).toEqual([20, 20, 40]);
  });

  it('adds up to the total and keeps to every limit', () => {
    const claim = fc
      .tuple(fc.constantFrom(0.01, 0.5, 1, 3, 100), fc.nat({ max: 20 }), fc.nat({ max: 20 }))
      .map(([weight, min, more]) => ({ weight, min, max: min + more }));
    const input = fc.tuple(fc.array(claim, { minLength: 1, maxLength: 8 }), fc.nat({ max: 1000 }));
    fc.assert(
      fc.property(input, ([claims, seed]) => {
        const least = claims.reduce((sum, { min }) => sum + min, 0);
        const most = claims.reduce((sum, { max }) => sum + max, 0);
        const total = least + (seed % (most - least + 1));
        const shares = splitByWeight(total, claims);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(total, 6);
        shares.forEach((share, i) => {
          expect(share).toBeGreaterThanOrEqual((claims[i]?.min ?? 0) - 1e-9);
          expect(share).toBeLessThanOrEqual((claims[i]?.max ?? 0) + 1e-9);
        });
      }),
    );
  });
});

describe('targetLoads', () => {
  it('caps a zone at one copy of each partition, and a node at one', () => {
    const nodes = [
      { zone: 0, weight: 10 },
      { zone: 1, weight: 1 },
      { zone: 1, weight: 1 },
      { zone: 2, weight: 2 },
    ];
    expect(targetLoads(nodes, { min: [0, 0, 0], max: [1, 1, 1] }, 8, 2)).toEqual([8, 2, 2, 4]);
  });
});

describe('bounds', () => {
  it('are whole numbers around a small target, and a quarter above a large one', () => {
    expect([1, 4 / 3, 2, 3.5, 4, 16].map(boundsAfresh)).toEqual([
      { min: 1, max: 1 },
      { min: 1, max: 2 },
      { min: 1, max: 2 },
      { min: 2, max: 4 },
      { min: 2, max: 5 },
      { min: 8, max: 20 },
    ]);
  });

  it('are tighter for what is there already, and give a new node its whole target', () => {
    for (let target = 0.1; target < 40; target += 0.1) {
      expect(boundsKept(target, false).max).toBeLessThanOrEqual(boundsAfresh(target).max);
      expect(boundsKept(target, false).min).toBeGreaterThanOrEqual(boundsAfresh(target).min);
      expect(boundsKept(target, false).max).toBeGreaterThanOrEqual(target - 1e-9);
      expect(boundsKept(target, true).min).toBe(Math.floor(target + 1e-9));
    }
  });
});
