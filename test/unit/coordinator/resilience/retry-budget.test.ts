import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../../src/coordinator/resilience/retry-budget.js';

const options = { ratio: 0.1, perSecond: 10, savedMs: 10_000 };

describe('RetryBudget', () => {
  it('allows a tenth of the reads, and the reserve', () => {
    const budget = new RetryBudget({ ...options, perSecond: 0 }, 0);
    for (let i = 0; i < 1_000; i += 1) budget.deposit(0);
    let granted = 0;
    while (budget.tryWithdraw('reroute', 0)) granted += 1;
    expect(granted).toBe(100);
    expect(budget.exhaustedCount).toBe(1);
  });

  it('allows a few per second to those who read little', () => {
    const budget = new RetryBudget(options, 0);
    let granted = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs += 10) {
      if (budget.tryWithdraw('hedge', nowMs)) granted += 1;
    }
    expect(granted).toBeGreaterThan(90);
    expect(granted).toBeLessThanOrEqual(110);
  });

  it('refuses hedges while there is still something left for reroutes', () => {
    const budget = new RetryBudget(options, 0);
    while (budget.tryWithdraw('hedge', 0));
    expect(budget.tryWithdraw('reroute', 0)).toBe(true);
  });

  it('grants the replacement of lost work always, and counts it', () => {
    const budget = new RetryBudget(options, 0);
    for (let i = 0; i < 50; i += 1) expect(budget.tryWithdraw('replacement', 0)).toBe(true);
    expect(budget.tryWithdraw('reroute', 0)).toBe(false);
  });

  it('never grants more than the ratio of reads and the reserve over any run', () => {
    const step = fc.tuple(fc.constantFrom('read', 'hedge', 'reroute'), fc.nat(50));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const budget = new RetryBudget(options, 0);
        let nowMs = 0;
        let reads = 0;
        let granted = 0;
        for (const [what, passedMs] of steps) {
          nowMs += passedMs;
          if (what === 'read') {
            budget.deposit(nowMs);
            reads += 1;
          } else if (budget.tryWithdraw(what as 'hedge' | 'reroute', nowMs)) granted += 1;
        }
        const reserve = options.perSecond * (1 + nowMs / 1_000);
        expect(granted).toBeLessThanOrEqual(reads * options.ratio + reserve + 1e-6);
      }),
    );
  });

  it('does not save up what an idle hour would give', () => {
    const budget = new RetryBudget(options, 0);
    let granted = 0;
    while (budget.tryWithdraw('reroute', 3_600_000)) granted += 1;
    expect(granted).toBe(10);
  });
});
