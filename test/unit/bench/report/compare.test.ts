import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMeasurements } from '../../../../bench/report/compare.js';
import type { Measurement } from '../../../../bench/suites/suite.js';

function measured(samples: number[], better: Measurement['better'] = 'higher'): Measurement[] {
  return [{ name: 'queries/s', unit: '1/s', better, samples }];
}

function compare(before: number[], after: number[], better?: Measurement['better']) {
  const [comparison] = compareMeasurements(measured(before, better), measured(after, better));
  if (comparison === undefined) throw new Error('nothing was compared');
  return comparison;
}

const samples = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 8 });

describe('compareMeasurements', () => {
  it('finds no difference between a run and itself', () => {
    fc.assert(
      fc.property(samples, (own) => {
        const { ratio, verdict } = compare(own, own);
        expect(ratio).toBe(1);
        expect(['no difference', 'too few repeats']).toContain(verdict);
      }),
      { numRuns: 20 },
    );
  });

  it('calls a change that no chance explains by whether it is for the better', () => {
    const [slow, fast] = [
      [100, 101, 99, 102, 98],
      [200, 202, 198, 204, 196],
    ];
    expect(compare(slow, fast)).toMatchObject({ ratio: 2, verdict: 'better' });
    expect(compare(fast, slow).verdict).toBe('worse');
    expect(compare(slow, fast, 'lower').verdict).toBe('worse');
    expect(compare(fast, slow, 'lower').verdict).toBe('better');
  });

  it('leaves a change within the noise undecided, with a range that holds the ratio', () => {
    const { ratio, ratioMin, ratioMax, verdict } = compare([80, 120, 100, 90, 110], [85, 125, 104]);
    expect(verdict).toBe('no difference');
    expect(ratioMin).toBeLessThan(1);
    expect(ratioMax).toBeGreaterThan(1);
    expect(ratio).toBeGreaterThanOrEqual(ratioMin);
    expect(ratio).toBeLessThanOrEqual(ratioMax);
  });

  it('decides nothing by one or two repeats, however far apart they are', () => {
    expect(compare([1], [1000]).verdict).toBe('too few repeats');
    expect(compare([1, 1, 1], [1000, 1000]).verdict).toBe('too few repeats');
  });

  it('gives the same range every time', () => {
    expect(compare([1, 2, 3], [2, 3, 5])).toEqual(compare([1, 2, 3], [2, 3, 5]));
  });

  it('compares only what both have, in the same unit', () => {
    const [one] = measured([1]);
    const other = { ...(one as Measurement), unit: 'ms' };
    expect(compareMeasurements([one as Measurement], [other])).toEqual([]);
  });

  it('is not led astray by a measurement that was never made', () => {
    const { verdict } = compare([Number.NaN, Number.NaN, Number.NaN], [1, 2, 3]);
    expect(verdict).toBe('no difference');
  });
});
