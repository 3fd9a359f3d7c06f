import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../../bench/load/latency-histogram.js';
import { percentile } from '../../../../bench/report/run-report.js';

const latencies = fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.recordMs(value);
  return histogram;
}

describe('LatencyHistogram', () => {
  it('gives percentiles within a thousandth, or half a microsecond, of the sorted values', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(50, 90, 99, 100), (values, percent) => {
        const sorted = [...values].sort((a, b) => a - b);
        const wanted = percentile(sorted, percent / 100);
        const got = histogramOf(values).percentileMs(percent);
        expect(Math.abs(got - wanted)).toBeLessThanOrEqual(wanted / 1000 + 0.0011);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same after being written and read', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values);
        const read = LatencyHistogram.decode(histogram.encode());
        expect(read.count).toBe(values.length);
        for (const percent of [0, 50, 99.9, 100]) {
          expect(read.percentileMs(percent)).toBe(histogram.percentileMs(percent));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('adds up to what one histogram of all values would be', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const merged = LatencyHistogram.merged([histogramOf(some), histogramOf(others)]);
        const whole = histogramOf([...some, ...others]);
        expect(merged.count).toBe(whole.count);
        expect(merged.percentileMs(99)).toBe(whole.percentileMs(99));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps what is out of its range at the ends of it', () => {
    const histogram = histogramOf([-5, 0, 10_000_000]);
    expect(histogram.count).toBe(3);
    expect(histogram.percentileMs(1)).toBeCloseTo(0.001);
    expect(histogram.maxMs).toBeCloseTo(600_000, -3);
  });

  it('has no percentiles without values', () => {
    expect(new LatencyHistogram().percentileMs(50)).toBeNaN();
    expect(new LatencyHistogram().meanMs).toBeNaN();
  });

  it('refuses text that is no histogram', () => {
    expect(() => LatencyHistogram.decode('hello')).toThrow('not an HDR histogram');
  });
});
