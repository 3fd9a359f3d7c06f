import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../src/base/retry-budget.js';

describe('RetryBudget', () => {
  it('allows a tenth of the requests as retries when time adds nothing', () => {
    const budget = new RetryBudget({ ratio: 0.1, perSecondMin: 0 }, 0);
    for (let i = 0; i < 50; i += 1) budget.deposit();
    const paid = Array.from({ length: 10 }, () => budget.tryWithdraw(0));
    expect(paid.filter(Boolean)).toHaveLength(5);
  });

  it('gives a quiet caller its retries per second back', () => {
    const budget = new RetryBudget({ ratio: 0, perSecondMin: 2 }, 0);
    expect([0, 0, 0].map((now) => budget.tryWithdraw(now))).toEqual([true, true, false]);
    expect(budget.tryWithdraw(499)).toBe(false);
    expect(budget.tryWithdraw(500)).toBe(true);
  });

  it('allows none at all when both are 0', () => {
    const budget = new RetryBudget({ ratio: 0, perSecondMin: 0 }, 0);
    budget.deposit();
    expect(budget.tryWithdraw(1e9)).toBe(false);
  });

  it('never allows more than the start, the share of requests and the share of time together', () => {
    const event = fc.oneof(
      fc.constant('request' as const),
      fc.constant('retry' as const),
      fc.integer({ min: 0, max: 2000 }),
    );
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 20 }),
        (events, ratio, perSecondMin) => {
          const budget = new RetryBudget({ ratio, perSecondMin }, 0);
          let nowMs = 0;
          let requests = 0;
          let retries = 0;
          for (const one of events) {
            if (one === 'request') {
              requests += 1;
              budget.deposit();
            } else if (one === 'retry') {
              if (budget.tryWithdraw(nowMs)) retries += 1;
            } else nowMs += one;
            const earned = perSecondMin + requests * ratio + (nowMs / 1000) * perSecondMin;
            expect(retries).toBeLessThanOrEqual(earned + 1e-6);
          }
        },
      ),
    );
  });
});
