import { describe, expect, it } from 'vitest';
import {
  defaultAdmissionOptions as defaults,
  isWriteShed,
  judgeWait,
  pressureOf,
  type QueueView,
} from '../../../../src/coordinator/resilience/admission.js';

const calm: QueueView = {
  waitingCount: 0,
  msPerRead: 1,
  serviceMs: 10,
  standingSinceMs: undefined,
};
const judge = (view: Partial<QueueView>, deadlineAtMs = 1e6, nowMs = 0) =>
  judgeWait({ ...calm, ...view }, deadlineAtMs, nowMs, defaults);

describe('judgeWait', () => {
  it.each([
    ['nothing waits', {}, 1e6, 0, undefined],
    ['a burst', { waitingCount: 900, standingSinceMs: 0 }, 1e6, 500, undefined],
    ['too long for a burst', { waitingCount: 600, msPerRead: 2 }, 1e6, 0, 'wait'],
    ['the same when standing', { waitingCount: 150, standingSinceMs: 0 }, 1e6, 1_001, 'wait'],
    ['short when standing', { waitingCount: 90, standingSinceMs: 0 }, 1e6, 1_001, undefined],
    ['a full queue', { waitingCount: 1_000, msPerRead: 0.01 }, 1e6, 0, 'queue'],
    ['no time to wait', { waitingCount: 50 }, 60, 0, 'deadline'],
    ['just time enough', { waitingCount: 49 }, 60, 0, undefined],
  ] as const)('%s', (_, view, deadlineAtMs, nowMs, cause) => {
    expect(judge(view, deadlineAtMs, nowMs)?.cause).toBe(cause);
  });

  it('says to come back when what waits now has left', () => {
    expect(judge({ waitingCount: 500, msPerRead: 3 })).toEqual({
      cause: 'wait',
      retryAfterMs: 1_503,
    });
  });
});

describe('pressure', () => {
  const at = (view: Partial<QueueView>, nowMs = 0) =>
    pressureOf({ ...calm, ...view }, nowMs, defaults);

  it('is 0 while none waits and 1 from where reads are refused', () => {
    expect(at({})).toBe(0);
    expect(at({ waitingCount: 50, standingSinceMs: 0 }, 2_000)).toBeCloseTo(0.5);
    expect(at({ waitingCount: 500, standingSinceMs: 0 }, 2_000)).toBe(1);
    expect(at({ waitingCount: 1_000, msPerRead: 0.001 })).toBe(1);
  });

  it('turns bulk writes away before single ones, and leaves each a few', () => {
    const isShed = (pressure: number) => [
      isWriteShed('bulk', pressure, 5),
      isWriteShed('single', pressure, 5),
    ];
    expect(isShed(0)).toEqual([false, false]);
    expect(isShed(0.5)).toEqual([true, false]);
    expect(isShed(1)).toEqual([true, true]);
    expect(isWriteShed('bulk', 1, 0)).toBe(false);
    expect(isWriteShed('single', 1, 3)).toBe(false);
  });
});
