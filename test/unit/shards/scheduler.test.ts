import { describe, expect, it } from 'vitest';
import { type QueuedTask, Scheduler, schedulerDefaults } from '../../../shards/scheduler.js';
import { seededRandom } from '../../../src/base/random.js';
import { VirtualClock } from '../../support/virtual-clock.js';

type Ended = 'ran' | 'timed_out' | 'rejected';

function setUp(options: Partial<typeof schedulerDefaults> = {}) {
  const clock = new VirtualClock();
  const scheduler = new Scheduler(clock, { ...schedulerDefaults, ...options });
  const log: string[] = [];
  const submit = (name: string, costMs = 0, deadlineAtMs = Number.POSITIVE_INFINITY) => {
    const task: QueuedTask = {
      deadlineAtMs,
      work: { kind: 'search', units: 1 },
      run: (queueMs) => {
        clock.spend(costMs);
        log.push(`${name} ran after ${queueMs}`);
      },
      refuse: (status, _queueMs, retryAfterMs) => log.push(`${name} ${status} ${retryAfterMs}`),
    };
    return scheduler.submit(task);
  };
  return { clock, scheduler, log, submit };
}

/** A source that never runs out of work and counts the time it takes. */
function endlessSource(clock: VirtualClock, unitMs = 0.2) {
  const source = {
    spentMs: 0,
    longestSliceMs: 0,
    runSlice(budgetMs: number) {
      const startedAtMs = clock.nowMs();
      while (clock.nowMs() - startedAtMs + unitMs <= budgetMs) clock.spend(unitMs);
      const tookMs = clock.nowMs() - startedAtMs;
      source.spentMs += tookMs;
      source.longestSliceMs = Math.max(source.longestSliceMs, tookMs);
      return true;
    },
  };
  return source;
}

describe('Scheduler', () => {
  it('runs searches in the order of their arrival, a burst at a time', () => {
    const { clock, log, submit } = setUp();
    for (const name of ['a', 'b', 'c']) submit(name, 0.4);
    clock.runFor(10);
    expect(log).toEqual(['a ran after 0', 'b ran after 0.4', 'c ran after 0.8']);
  });

  it('yields to the event loop after a burst', () => {
    const { clock, log, submit } = setUp({ burstMsMin: 0.2, burstMsMax: 0.2 });
    clock.defer(() => {
      for (const name of ['a', 'b', 'c']) submit(name, 0.1);
      clock.setTimer(0.15, () => log.push('I/O'));
    });
    clock.runFor(10);
    expect(log).toEqual(['a ran after 0', 'b ran after 0.1', 'I/O', 'c ran after 0.2']);
  });

  it('works for longer before it yields when more is waiting, within bounds', () => {
    const { clock, log, submit } = setUp();
    const ranBeforeYielding = (count: number) => {
      let ranCount = 0;
      log.length = 0;
      for (let i = 0; i < count; i += 1) submit('a', 0.5);
      clock.setTimer(0.1, () => {
        ranCount = log.length;
      });
      clock.runFor(100);
      expect(log).toHaveLength(count);
      return ranCount;
    };
    // It learns how long such work takes.
    for (let i = 0; i < 10; i += 1) ranBeforeYielding(20);
    expect(ranBeforeYielding(3)).toBe(2);
    expect(ranBeforeYielding(12)).toBe(6);
    expect(ranBeforeYielding(40)).toBe(8);
  });

  it('refuses work whose deadline passed in the queue, and does not begin it', () => {
    const { clock, log, submit } = setUp();
    submit('slow', 5);
    submit('late', 5, 3);
    submit('patient', 1, 100);
    clock.runFor(20);
    expect(log).toEqual(['slow ran after 0', 'late timed_out 0', 'patient ran after 5']);
  });

  it('drops cancelled work without a word', () => {
    const { clock, scheduler, log, submit } = setUp();
    submit('a');
    const b = submit('b');
    b.cancel();
    b.cancel();
    expect(scheduler.queueDepth).toBe(1);
    clock.runFor(5);
    expect(log).toEqual(['a ran after 0']);
    expect(scheduler.queueDepth).toBe(0);
  });

  it('turns away what the queue cannot hold, with advice that grows with the queue', () => {
    const { clock, scheduler, log, submit } = setUp({ queueLimit: 3 });
    for (let i = 0; i < 200; i += 1) {
      submit('warm-up', 4);
      clock.runFor(5);
    }
    log.length = 0;
    const waiting = ['a', 'b', 'c'].map((name) => submit(name, 4));
    submit('d', 4);
    expect(log).toEqual(['d rejected 16']);
    waiting[0]?.cancel();
    submit('e', 4);
    expect(log).toHaveLength(1);
    expect(scheduler.queueDepth).toBe(3);
  });

  it('lets background work take all the time when nobody searches', () => {
    const { clock, scheduler } = setUp();
    const source = endlessSource(clock);
    scheduler.wake(source);
    clock.runFor(1000);
    expect(source.spentMs).toBeGreaterThan(990);
    expect(source.longestSliceMs).toBeLessThanOrEqual(2.001);
  });

  it('lets background sources take turns', () => {
    const { clock, scheduler } = setUp();
    const sources = [endlessSource(clock), endlessSource(clock), endlessSource(clock)];
    for (const source of sources) scheduler.wake(source);
    clock.runFor(600);
    for (const source of sources) expect(source.spentMs).toBeCloseTo(200, -1);
  });

  it('gives what callers wait for half of the time, however much else there is to do', () => {
    const { clock, scheduler } = setUp();
    const search = endlessSource(clock);
    const write = endlessSource(clock);
    const copies = Array.from({ length: 8 }, () => endlessSource(clock));
    const callersWork = [search, write].map((source) => ({
      isAwaited: true,
      runSlice: (budgetMs: number) => source.runSlice(budgetMs),
    }));
    for (const source of [...copies, ...callersWork]) scheduler.wake(source);
    clock.runFor(800);
    for (const source of [search, write]) expect(source.spentMs).toBeCloseTo(200, -1);
    for (const source of copies) expect(source.spentMs).toBeCloseTo(50, -1);
  });

  it('gives what callers wait for the same share while searches arrive, whatever else there is', () => {
    const spentMs = [0, 8].map((copyCount) => {
      const { clock, scheduler, submit } = setUp();
      const source = endlessSource(clock);
      const search = { isAwaited: true, runSlice: (ms: number) => source.runSlice(ms) };
      for (let i = 0; i < copyCount; i += 1) scheduler.wake(endlessSource(clock));
      scheduler.wake(search);
      for (let i = 0; i < 500; i += 1) clock.setTimer(i * 4, () => void submit('search', 0.5));
      clock.runFor(2000);
      return source.spentMs;
    });
    for (const ms of spentMs) expect(ms / 2000).toBeCloseTo(schedulerDefaults.backgroundShareRatio);
  });

  it('keeps background work to its share while searches arrive, and their waits short', () => {
    const { clock, scheduler } = setUp();
    const random = seededRandom(7);
    const source = endlessSource(clock);
    const waitsMs: number[] = [];
    const search: QueuedTask = {
      deadlineAtMs: Number.POSITIVE_INFINITY,
      work: { kind: 'search', units: 1 },
      run: (queueMs) => {
        clock.spend(0.3);
        waitsMs.push(queueMs);
      },
      refuse: () => {},
    };
    const arrive = () => {
      scheduler.submit(search);
      clock.setTimer(-Math.log(1 - random.next()) * 2, arrive);
    };
    scheduler.wake(source);
    arrive();
    clock.runFor(5000);
    const { backgroundShareRatio } = schedulerDefaults;
    expect(source.spentMs / 5000).toBeLessThan(backgroundShareRatio * 1.02);
    expect(source.spentMs / 5000).toBeGreaterThan(backgroundShareRatio * 0.85);
    waitsMs.sort((a, b) => a - b);
    const p99Ms = waitsMs[Math.floor(waitsMs.length * 0.99)] as number;
    expect(p99Ms).toBeLessThan(2);
  });

  it('leaves background work a little when searches alone would fill the core', () => {
    const { clock, scheduler } = setUp({ queueLimit: 50 });
    const source = endlessSource(clock);
    const ended: Ended[] = [];
    const again: QueuedTask = {
      deadlineAtMs: Number.POSITIVE_INFINITY,
      work: { kind: 'search', units: 1 },
      run: () => {
        clock.spend(0.5);
        ended.push('ran');
        scheduler.submit(again);
      },
      refuse: (status) => ended.push(status),
    };
    for (let i = 0; i < 20; i += 1) scheduler.submit(again);
    scheduler.wake(source);
    clock.runFor(2000);
    expect(source.spentMs / 2000).toBeGreaterThan(0.03);
    expect(source.spentMs / 2000).toBeLessThan(0.06);
    expect(ended).not.toContain('rejected');
  });

  it('gives all the time back once searches have stopped', () => {
    const { clock, scheduler, submit } = setUp();
    const source = endlessSource(clock);
    submit('last', 0.1);
    scheduler.wake(source);
    clock.runFor(100);
    const duringMs = source.spentMs;
    clock.runFor(100);
    expect(duringMs).toBeLessThan(60);
    expect(source.spentMs - duringMs).toBeGreaterThan(98);
  });
});
