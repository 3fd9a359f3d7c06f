import { describe, expect, it } from 'vitest';
import { DrainRate } from '../../../src/base/drain-rate.js';

describe('DrainRate', () => {
  it('learns how fast a stage that is full works, although units leave in bunches', () => {
    const rate = new DrainRate(1);
    rate.began(0);
    // 200 units every 10 ms, all at once: 0.05 ms each.
    for (let nowMs = 10; nowMs <= 1_000; nowMs += 10) rate.left(200, true, false, nowMs);
    expect(rate.msPerUnit).toBeCloseTo(0.05, 2);
  });

  it('does not take the latency of lone work for its speed', () => {
    const rate = new DrainRate(0.1);
    for (let i = 0; i < 100; i += 1) {
      rate.began(i * 100);
      rate.left(1, false, true, i * 100 + 30);
    }
    expect(rate.msPerUnit).toBe(0.1);
  });

  it('believes lone work that was faster than thought', () => {
    const rate = new DrainRate(10);
    for (let i = 0; i < 100; i += 1) {
      rate.began(i * 100);
      rate.left(1, false, true, i * 100 + 1);
    }
    expect(rate.msPerUnit).toBeLessThan(1.5);
  });

  it('takes one stall for an outlier', () => {
    const rate = new DrainRate(1);
    rate.began(0);
    for (let nowMs = 20; nowMs <= 2_000; nowMs += 20) rate.left(20, true, false, nowMs);
    rate.left(20, true, false, 60_000);
    expect(rate.msPerUnit).toBeLessThan(1.5);
  });

  it('does not count time in which there was nothing to do', () => {
    const rate = new DrainRate(1);
    rate.began(0);
    rate.left(20, true, true, 20);
    rate.began(100_000);
    rate.left(20, true, true, 100_020);
    expect(rate.msPerUnit).toBeCloseTo(1, 5);
  });
});
