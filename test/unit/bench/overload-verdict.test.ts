import { describe, expect, it } from 'vitest';
import { judge, memoryRatioOf, recoveryMsOf } from '../../../bench/overload/overload-verdict.js';
import { coresOf } from '../../../bench/overload/server-watch.js';

const MIB = 1024 * 1024;
const interval = (count: number, failedCount = 0) => ({ count, failedCount });

describe('recovery', () => {
  it('is when three intervals together have nearly the goodput of the peak', () => {
    const slow = [interval(500), interval(899), interval(1_100, 150), interval(1_000)];
    expect(recoveryMsOf([...slow, interval(950)], 1_000)).toBe(5_000);
    expect(recoveryMsOf([interval(1_000), interval(1_000), interval(1_000)], 1_000)).toBe(3_000);
  });

  it('is never while less is answered, however much fails', () => {
    expect(recoveryMsOf(new Array(20).fill(interval(2_000, 1_100)), 1_000)).toBeUndefined();
  });
});

it('compares the memory of each server with what it had at its peak load', () => {
  const ratios = memoryRatioOf([
    { phase: 'peak', bytes: { a: 100 * MIB, b: 50 * MIB } },
    { phase: 'overload', bytes: { a: 264 * MIB, b: 60 * MIB } },
    { phase: 'overload', bytes: { a: 200 * MIB, b: 55 * MIB } },
    { phase: 'recovery', bytes: { a: 900 * MIB, b: 900 * MIB } },
  ]);
  expect(ratios).toEqual({ a: 2, b: 0 });
});

it('passes only when everything is met', () => {
  const good = { goodputRatio: 0.8, memoryRatio: 1.5, recoveryMs: 10_000, loadRatio: 2.85 };
  expect(judge(good, 3).isPass).toBe(true);
  const faults = [
    { goodputRatio: 0.79 },
    { memoryRatio: 1.51 },
    { recoveryMs: undefined },
    { recoveryMs: 10_001 },
    { loadRatio: 2.84 },
  ];
  for (const fault of faults) {
    const { isPass, lines } = judge({ ...good, ...fault }, 3);
    expect(isPass).toBe(false);
    expect(lines.filter((line) => line.at(-1) === 'FAIL')).toHaveLength(1);
  }
});

it('averages the cores of a phase over its time', () => {
  const sample = (phase: 'peak' | 'overload', nodes: number, tookMs: number) => ({
    ...{ atMs: 0, phase, bytes: {}, tookMs, cpuMs: { nodes, others: 0 } },
  });
  const samples = [sample('peak', 100, 1_000), sample('peak', 800, 2_000)];
  expect(coresOf([...samples, sample('overload', 9, 1)], 'peak')).toEqual({
    nodes: 0.3,
    others: 0,
  });
});
