import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RobustMean } from '../../../src/base/robust-mean.js';

function meanOf(samples: readonly number[], start = 1): number {
  const mean = new RobustMean({ start });
  for (const sample of samples) mean.add(sample);
  return mean.value;
}

describe('RobustMean', () => {
  it('forgets where it started', () => {
    expect(meanOf(new Array(60).fill(20))).toBeCloseTo(20, 0);
    expect(meanOf(new Array(200).fill(0.02))).toBeLessThan(0.025);
  });

  it('is moved by a fifth at most by one outlier, however large', () => {
    const steady = new Array(100).fill(5);
    expect(meanOf([...steady, 1e9])).toBeLessThan(5 * 1.2);
    expect(meanOf([...steady, 1e9])).toBeGreaterThan(5);
  });

  it('follows a lasting change within some twenty samples', () => {
    const mean = meanOf([...new Array(100).fill(1), ...new Array(30).fill(10)]);
    expect(mean).toBeGreaterThan(7);
  });

  it('stays within what it has seen, its start included', () => {
    const samples = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0.01, max: 100, noNaN: true }), (seen, start) => {
        const value = meanOf(seen, start);
        expect(value).toBeGreaterThanOrEqual(Math.min(start, ...seen) * (1 - 1e-9));
        expect(value).toBeLessThanOrEqual(Math.max(start, ...seen) * (1 + 1e-9));
      }),
    );
  });

  it('is a plain moving average as long as nothing stands out', () => {
    const near = fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(near, (samples) => {
        let naive = 1;
        samples.forEach((sample, i) => {
          naive += (sample - naive) * Math.max(0.05, 1 / (i + 2));
        });
        expect(meanOf(samples)).toBeCloseTo(naive, 9);
      }),
    );
  });
});
