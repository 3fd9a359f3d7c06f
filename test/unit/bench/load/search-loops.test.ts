import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../../bench/load/latency-histogram.js';
import { alwaysUnderWay, atRate, LoadRecorder } from '../../../../bench/load/search-loops.js';
import type { TargetAnswer } from '../../../../bench/load/search-target.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const whole: TargetAnswer = { ids: [], coverageRatio: 1 };

/** A server that takes `tookMs` for each search, and a sleep, on a virtual clock. */
function worldOf(tookMs: (search: number) => number) {
  const clock = new VirtualClock();
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
  let count = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  const search = async () => {
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    await sleep(tookMs(count++));
    underWay -= 1;
    return whole;
  };
  return { clock, ports: { clock, sleep, search }, most: () => mostUnderWay };
}

async function runTo(clock: VirtualClock, work: Promise<void>, limitMs: number): Promise<void> {
  let isOver = false;
  void work.then(() => {
    isOver = true;
  });
  await clock.runUntilTrue(() => isOver, limitMs);
  expect(isOver).toBe(true);
}

describe('a closed loop', () => {
  it('keeps as many searches under way as it was told', async () => {
    const { clock, ports, most } = worldOf(() => 10);
    const recorder = new LoadRecorder(clock.nowMs());
    await runTo(clock, alwaysUnderWay(ports, recorder, 4, clock.nowMs() + 100), 1000);
    expect(most()).toBe(4);
    expect(recorder.result().count).toBe(40);
    expect(recorder.result().p50Ms).toBeCloseTo(10, 0);
  });
});

describe('an open loop', () => {
  it('counts the wait behind a stall, which a closed loop leaves out', async () => {
    // One answer takes 100 ms; searches are due every 10 ms and wait for nothing.
    const { clock, ports } = worldOf((search) => (search === 0 ? 100 : 1));
    const recorder = new LoadRecorder(clock.nowMs());
    await runTo(clock, atRate(ports, recorder, 100, clock.nowMs(), clock.nowMs() + 200), 2000);
    const { count, maxMs, p50Ms } = recorder.result();
    expect(count).toBe(20);
    expect(maxMs).toBeCloseTo(100, -1);
    expect(p50Ms).toBeCloseTo(1, 0);
  });

  it('takes latency from the moment a search was due, however late it begins', async () => {
    const clock = new VirtualClock();
    const startMs = clock.nowMs();
    const recorder = new LoadRecorder(startMs);
    // The process sleeps far longer than asked: every search begins 50 ms late.
    const sleep = (ms: number) =>
      new Promise<void>((resolve) => void clock.setTimer(ms + 50, resolve));
    const ports = { clock, sleep, search: async () => whole };
    await runTo(clock, atRate(ports, recorder, 10, startMs + 100, startMs + 200), 2000);
    expect(recorder.result().count).toBe(1);
    expect(recorder.result().p50Ms).toBeGreaterThanOrEqual(49);
  });

  it('begins exactly the searches that fall due, at any rate', async () => {
    for (const perSecond of [1, 7, 1000, 5000]) {
      const { clock, ports } = worldOf(() => 1);
      const recorder = new LoadRecorder(clock.nowMs());
      const load = atRate(ports, recorder, perSecond, clock.nowMs(), clock.nowMs() + 1000);
      await runTo(clock, load, 3000);
      expect(recorder.result().count).toBe(perSecond);
    }
  });
});

describe('LoadRecorder', () => {
  it('leaves out what was begun in the warm-up', () => {
    const recorder = new LoadRecorder(100);
    recorder.answered(99, 150, whole);
    recorder.answered(100, 150, whole);
    expect(recorder.result()).toMatchObject({ count: 1, tookMs: 50 });
  });

  it('counts failures by reason and keeps them out of the latencies', () => {
    const recorder = new LoadRecorder(0);
    recorder.failed(0, 5000, { reason: 'QUEUE_FULL' });
    recorder.failed(0, 5000, { code: 14 });
    recorder.failed(0, 5000, new Error('odd'));
    recorder.answered(0, 2, whole);
    const result = recorder.result();
    expect(result.failures).toEqual({ QUEUE_FULL: 1, 'code 14': 1, odd: 1 });
    expect(result).toMatchObject({ count: 4, failedCount: 3 });
    expect(result.maxMs).toBeCloseTo(2, 1);
  });

  it('divides counts, failures and coverage among intervals', () => {
    const recorder = new LoadRecorder(1000, 100);
    recorder.answered(1000, 1050, whole);
    recorder.answered(1000, 1250, { ids: [], coverageRatio: 0.5 });
    recorder.failed(1000, 1260, {});
    const { intervals, degradedCount } = recorder.result();
    expect(degradedCount).toBe(1);
    expect(
      intervals.map(({ startMs, count, failedCount, coverageSum }) => [
        ...[startMs, count, failedCount, coverageSum],
      ]),
    ).toEqual([
      [0, 1, 0, 1],
      [100, 0, 0, 0],
      [200, 2, 1, 0.5],
    ]);
    expect(LatencyHistogram.decode(intervals[2]?.histogram ?? '').maxMs).toBeCloseTo(250, 0);
  });
});
