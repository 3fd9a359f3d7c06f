import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/base/random.js';
import {
  ConcurrencyLimit,
  defaultConcurrencyLimitOptions as defaults,
} from '../../../../src/coordinator/resilience/concurrency-limit.js';

/**
 * A node with one core, first in, first out, that is always given as much as the limit allows: the
 * delay of each read is the work that was there before it, and `tripMs`.
 */
function saturate(
  limit: ConcurrencyLimit,
  serviceMs: number,
  forMs: number,
  fromMs = 0,
  tripMs = 1,
) {
  let nowMs = fromMs;
  const sentAt: number[] = [];
  while (nowMs < fromMs + forMs) {
    while (sentAt.length < limit.value) sentAt.push(nowMs);
    nowMs += serviceMs;
    const sentAtMs = sentAt.shift() as number;
    limit.ended(sentAtMs, Math.max(tripMs, nowMs - sentAtMs - serviceMs), sentAt.length + 1, nowMs);
  }
  return nowMs;
}

describe('ConcurrencyLimit', () => {
  it('settles where a saturated node lets reads wait for about the target', () => {
    for (const serviceMs of [0.2, 1, 3]) {
      const limit = new ConcurrencyLimit();
      const endMs = saturate(limit, serviceMs, 20_000);
      let sum = 0;
      for (let i = 0; i < 20; i += 1) {
        saturate(limit, serviceMs, 200, endMs + i * 200);
        sum += limit.value * serviceMs;
      }
      const meanDelayMs = sum / 20;
      expect(meanDelayMs).toBeGreaterThan(defaults.delayMsTarget * 0.5);
      expect(meanDelayMs).toBeLessThan(defaults.delayMsTarget * 1.6);
    }
  });

  it('follows a node that becomes slower, and faster again', () => {
    const limit = new ConcurrencyLimit();
    let nowMs = saturate(limit, 0.5, 10_000);
    const fast = limit.value;
    nowMs = saturate(limit, 2, 5_000, nowMs);
    const slow = limit.value;
    saturate(limit, 0.5, 5_000, nowMs);
    expect(slow).toBeLessThan(fast / 2);
    expect(limit.value).toBeGreaterThan(fast * 0.6);
  });

  it('grows while it holds reads back and nothing is delayed', () => {
    const limit = new ConcurrencyLimit();
    for (let nowMs = 0; nowMs < 2_000; nowMs += 5) {
      limit.ended(nowMs - 1, 0.5, limit.value, nowMs);
    }
    expect(limit.value).toBe(defaults.max);
  });

  it('stays as it is while few reads are under way', () => {
    const limit = new ConcurrencyLimit();
    for (let nowMs = 0; nowMs < 2_000; nowMs += 5) limit.ended(nowMs - 1, 0.5, 3, nowMs);
    expect(limit.value).toBe(defaults.initial);
  });

  it('does not mind bursts, as long as one read of each window passes quickly', () => {
    const limit = new ConcurrencyLimit();
    for (let nowMs = 0; nowMs < 5_000; nowMs += 5) {
      const delayMs = nowMs % 40 === 0 ? 1 : 200;
      limit.ended(nowMs - delayMs, delayMs, 60, nowMs);
    }
    expect(limit.value).toBeGreaterThanOrEqual(defaults.initial);
  });

  it('shrinks once for one queue, not once for each read that was in it', () => {
    const limit = new ConcurrencyLimit();
    // All sent at once at 0; they come back over a second, ever later.
    for (let nowMs = 30; nowMs < 1_000; nowMs += 10) limit.ended(0, nowMs, 64, nowMs);
    expect(limit.value).toBeGreaterThanOrEqual(defaults.initial * 0.5);
    expect(limit.value).toBeLessThan(defaults.initial);
  });

  it('stays within its bounds whatever it hears', () => {
    const random = seededRandom(3);
    const event = fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(2_000));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 400 }), (events) => {
        const limit = new ConcurrencyLimit();
        let nowMs = 0;
        for (const [delayMs, inFlight] of events) {
          nowMs += random.next() * 30;
          limit.ended(nowMs - random.next() * delayMs, delayMs, inFlight, nowMs);
          expect(limit.value).toBeGreaterThanOrEqual(defaults.min);
          expect(limit.value).toBeLessThanOrEqual(defaults.max);
        }
      }),
      { numRuns: 50 },
    );
  });
});
