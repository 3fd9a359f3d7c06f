import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideLoad, mergeResults } from '../../../../bench/load/load-fleet.js';
import { LoadRecorder } from '../../../../bench/load/search-loops.js';

const target = { kind: 'stream', address: 'a:1', collection: 'c' } as const;
const load = { target, dimension: 2, queries: new Float32Array(40), durationMs: 1000 };

describe('divideLoad', () => {
  it('hands out every search under way once, and none to idle processes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 8 }), (all, n) => {
        const parts = divideLoad({ ...load, concurrency: all }, n);
        const shares = parts.map(({ concurrency = 0 }) => concurrency);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(all);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('divides a rate evenly and begins with different queries', () => {
    const parts = divideLoad({ ...load, perSecond: 100 }, 4);
    expect(parts.map(({ perSecond }) => perSecond)).toEqual([25, 25, 25, 25]);
    expect(parts.map(({ firstQuery }) => firstQuery)).toEqual([0, 5, 10, 15]);
  });
});

describe('mergeResults', () => {
  it('adds counts, failures, latencies and intervals', () => {
    const results = [10, 30].map((latencyMs) => {
      const recorder = new LoadRecorder(0, 100);
      recorder.answered(0, latencyMs, { ids: [], coverageRatio: 1 });
      recorder.failed(0, 150, { reason: 'QUEUE_FULL' });
      return recorder.result();
    });
    const merged = mergeResults(results);
    expect(merged).toMatchObject({ count: 4, failedCount: 2, failures: { QUEUE_FULL: 2 } });
    expect(merged.maxMs).toBeCloseTo(30, 1);
    expect(merged.p50Ms).toBeCloseTo(10, 1);
    expect(merged.intervals.map(({ count }) => count)).toEqual([2, 2]);
  });
});
