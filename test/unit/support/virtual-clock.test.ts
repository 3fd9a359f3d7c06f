import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delay } from '../../../src/base/clock.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('VirtualClock', () => {
  it('runs events in the order they are due, ties in the order they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (delaysMs) => {
        const clock = new VirtualClock();
        const ran: number[] = [];
        for (const [i, delayMs] of delaysMs.entries()) clock.setTimer(delayMs, () => ran.push(i));
        clock.runFor(20);
        const indexes = delaysMs.map((_, i) => i);
        const expected = indexes.sort((a, b) => Number(delaysMs[a]) - Number(delaysMs[b]) || a - b);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('runs late what falls due while an event is busy', () => {
    const clock = new VirtualClock();
    const ran: [string, number][] = [];
    clock.setTimer(5, () => ran.push(['timer', clock.nowMs()]));
    clock.defer(() => {
      clock.spend(12);
      clock.defer(() => ran.push(['deferred', clock.nowMs()]));
    });
    clock.runFor(20);
    expect(ran).toEqual([
      ['timer', 12],
      ['deferred', 12],
    ]);
    expect(clock.nowMs()).toBe(20);
  });

  it('does not run cancelled timers', () => {
    const clock = new VirtualClock();
    let ranCount = 0;
    const timer = clock.setTimer(1, () => {
      ranCount += 1;
    });
    timer.cancel();
    timer.cancel();
    clock.runFor(10);
    expect(ranCount).toBe(0);
    expect(clock.nextEventAtMs()).toBeUndefined();
  });

  it('lets promises settle between events when asked to', async () => {
    const clock = new VirtualClock();
    let isDone = false;
    const work = async () => {
      for (let i = 0; i < 10; i += 1) await delay(clock, 100);
      isDone = true;
    };
    void work();
    await clock.runUntilTrue(() => isDone);
    expect(clock.nowMs()).toBe(1000);
  });

  it('says so when a condition can no longer come true', async () => {
    await expect(new VirtualClock().runUntilTrue(() => false)).rejects.toThrow('does not hold');
  });
});
