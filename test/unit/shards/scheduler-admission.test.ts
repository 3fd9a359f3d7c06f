import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler, schedulerDefaults } from '../../../shards/scheduler.js';
import { VirtualClock } from '../../support/virtual-clock.js';

interface Ended {
  name: number;
  how: 'done' | 'late' | 'timed_out' | 'rejected';
  afterMs: number;
  retryAfterMs: number;
  detail: string;
}

function setUp(options: Partial<typeof schedulerDefaults> = {}) {
  const clock = new VirtualClock();
  const scheduler = new Scheduler(clock, { ...schedulerDefaults, ...options });
  const ended: Ended[] = [];
  let count = 0;
  const submit = (costMs: number, timeoutMs: number, kind = 'search', units = 1) => {
    const name = count;
    count += 1;
    const cameAtMs = clock.nowMs();
    const deadlineAtMs = cameAtMs + timeoutMs;
    const end = (how: Ended['how'], retryAfterMs = 0, detail = '') =>
      ended.push({ name, how, afterMs: clock.nowMs() - cameAtMs, retryAfterMs, detail });
    return scheduler.submit({
      deadlineAtMs,
      work: { kind, units },
      run: () => {
        clock.spend(costMs);
        end(clock.nowMs() <= deadlineAtMs ? 'done' : 'late');
      },
      refuse: (status, _queueMs, retryAfterMs, detail) => end(status, retryAfterMs, detail),
    });
  };
  const learn = (costMs: number, kind = 'search', units = 1) => {
    for (let i = 0; i < 100; i += 1) {
      submit(costMs, 1e6, kind, units);
      clock.runFor(costMs + 1);
    }
    ended.length = 0;
  };
  return { clock, scheduler, ended, submit, learn };
}

describe('admission to the queue', () => {
  it('refuses at once what could not be done by its deadline', () => {
    const { clock, ended, submit, learn } = setUp();
    learn(10);
    for (let i = 0; i < 3; i += 1) submit(10, 1_000);
    submit(10, 25);
    expect(ended).toMatchObject([{ how: 'rejected', afterMs: 0, retryAfterMs: 40 }]);
    expect(ended[0]?.detail).toBe('it could not be done by its deadline');
    submit(10, 45);
    clock.runFor(100);
    expect(ended.map(({ how }) => how)).toEqual(['rejected', 'done', 'done', 'done', 'done']);
  });

  it('takes anything while nothing waits, so that a wrong estimate mends itself', () => {
    const { clock, ended, submit, learn } = setUp();
    learn(100);
    for (let i = 0; i < 60; i += 1) {
      submit(1, 20);
      clock.runFor(2);
    }
    expect(ended.every(({ how }) => how === 'done')).toBe(true);
    for (let i = 0; i < 5; i += 1) submit(1, 40);
    clock.runFor(20);
    expect(ended.filter(({ how }) => how === 'rejected')).toEqual([]);
  });

  it('tells work of different kinds and sizes apart', () => {
    const { ended, submit, learn } = setUp();
    learn(0.1, 'count');
    learn(0.01 * 2_000, 'search', 2_000);
    for (let i = 0; i < 50; i += 1) submit(0.1, 1_000, 'count');
    submit(1, 12, 'search', 500);
    expect(ended).toEqual([]);
    submit(30, 15, 'search', 3_000);
    expect(ended).toMatchObject([{ how: 'rejected' }]);
  });

  it('keeps its measure through one pause', () => {
    const { clock, ended, submit, learn } = setUp();
    learn(1);
    submit(10_000, 1e6);
    clock.runFor(10_000);
    ended.length = 0;
    for (let i = 0; i < 20; i += 1) submit(1, 50);
    clock.runFor(100);
    expect(ended.every(({ how }) => how === 'done')).toBe(true);
  });

  it('counts what happens between pieces of work as part of the wait', () => {
    const { clock, scheduler, submit, learn } = setUp({ burstMsMax: 1 });
    learn(1);
    // Every turn the event loop has as much to do as the work itself.
    const busy = () => {
      clock.spend(1);
      clock.setTimer(1, busy);
    };
    busy();
    for (let i = 0; i < 400; i += 1) submit(1, 1e6);
    clock.runFor(700);
    for (let i = 0; i < 100; i += 1) submit(1, 1e6);
    const depth = scheduler.queueDepth;
    expect(scheduler.expectedWaitMs).toBeGreaterThan(depth * 1.3);
    clock.runFor(2_000);
    expect(scheduler.queueDepth).toBe(0);
    expect(scheduler.expectedWaitMs).toBe(0);
  });

  it('lets nothing wait for longer than any work should', () => {
    const { clock, ended, submit, learn } = setUp({ queueMsMax: 100 });
    learn(10);
    for (let i = 0; i < 50; i += 1) submit(10, 1e6);
    const rejected = ended.filter(({ how }) => how === 'rejected');
    expect(rejected).toHaveLength(50 - 11);
    expect(rejected[0]?.detail).toMatch(/^the queue is \d+ ms long$/);
    clock.runFor(1_000);
    expect(ended.every(({ afterMs }) => afterMs <= 120)).toBe(true);
  });

  it('forgets the work of what was cancelled', () => {
    const { scheduler, submit, learn } = setUp();
    learn(10);
    const tickets = Array.from({ length: 10 }, () => submit(10, 1e6));
    for (const ticket of tickets.slice(1)) ticket.cancel();
    expect(scheduler.queueDepth).toBe(1);
    expect(scheduler.expectedWaitMs).toBeCloseTo(10, 0);
  });
});

/** What a clairvoyant would do: knows every cost, runs first come first served. */
function naiveGoodput(arrivals: readonly Arrival[]): number {
  let freeAtMs = 0;
  let good = 0;
  for (const { atMs, costMs, timeoutMs } of arrivals) {
    const endsAtMs = Math.max(atMs, freeAtMs) + costMs;
    if (endsAtMs > atMs + timeoutMs) continue;
    freeAtMs = endsAtMs;
    good += costMs;
  }
  return good;
}

interface Arrival {
  atMs: number;
  costMs: number;
  timeoutMs: number;
}

describe('any load', () => {
  const gap = fc.integer({ min: 0, max: 6 });
  const cost = fc.integer({ min: 1, max: 4 });
  const timeout = fc.integer({ min: 10, max: 120 });
  const loads = fc.array(fc.tuple(gap, cost, timeout), { minLength: 100, maxLength: 300 });

  it('does nearly as much in time as somebody who knows every cost, and little in vain', () => {
    fc.assert(
      fc.property(loads, (load) => {
        const { clock, ended, submit } = setUp();
        const arrivals: Arrival[] = [];
        let atMs = 0;
        for (const [gapMs, costMs, timeoutMs] of load) {
          atMs += gapMs;
          arrivals.push({ atMs, costMs, timeoutMs });
          clock.setTimer(atMs, () => submit(costMs, timeoutMs));
        }
        clock.runFor(5_000);
        expect(ended).toHaveLength(load.length);
        const spent = (how: string) =>
          ended
            .filter((end) => end.how === how)
            .reduce((sum, { name }) => sum + (arrivals[name] as Arrival).costMs, 0);
        const best = naiveGoodput(arrivals);
        expect(spent('done')).toBeGreaterThan(best * 0.85 - 15);
        expect(spent('late')).toBeLessThan(best * 0.1 + 15);
      }),
      { numRuns: 60 },
    );
  });
});
