import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultHedgeOptions,
  isHedgingUnwise,
  NodeLatencies,
} from '../../../../src/coordinator/resilience/hedge-policy.js';
import { LatencyWindow } from '../../../../src/coordinator/resilience/latency-window.js';

const windowOptions = { quantile: 0.95, windowMs: 1_000, samplesMin: 20 };

describe('LatencyWindow', () => {
  it('gives the quantile of what it saw, at most 10 % too high', () => {
    const duration = fc.double({ min: 0.1, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(duration, { minLength: 20, maxLength: 200 }), (durations) => {
        const window = new LatencyWindow(windowOptions, 0);
        for (const durationMs of durations) window.record(durationMs, 1);
        const sorted = [...durations].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length * 0.95) - 1] as number;
        const estimate = window.quantileMs(1) as number;
        expect(estimate).toBeGreaterThanOrEqual(exact * 0.999);
        expect(estimate).toBeLessThanOrEqual(exact * 1.1);
      }),
    );
  });

  it('knows nothing before it has seen enough', () => {
    const window = new LatencyWindow(windowOptions, 0);
    for (let i = 0; i < 19; i += 1) window.record(5, 0);
    expect(window.quantileMs(0)).toBeUndefined();
  });

  it('forgets what is older than two windows', () => {
    const window = new LatencyWindow(windowOptions, 0);
    for (let i = 0; i < 100; i += 1) window.record(500, 0);
    for (const nowMs of [1_000, 2_000]) {
      for (let i = 0; i < 100; i += 1) window.record(5, nowMs);
    }
    expect(window.quantileMs(2_000)).toBeLessThan(6);
  });

  it('keeps sparse samples for longer than a window', () => {
    const window = new LatencyWindow(windowOptions, 0);
    for (let i = 0; i < 30; i += 1) window.record(5, i * 100);
    expect(window.quantileMs(3_000)).toBeDefined();
  });
});

describe('NodeLatencies', () => {
  const filled = (partitionCount: number, durationMs: number) => {
    const latencies = new NodeLatencies();
    for (let i = 0; i < 50; i += 1) latencies.record('search/c', partitionCount, durationMs, 0);
    return latencies;
  };

  it('hedges after the p95 of reads of the same kind and size', () => {
    const delayMs = filled(4, 20).hedgeDelayMs('search/c', 4, 0);
    expect(delayMs).toBeGreaterThanOrEqual(20);
    expect(delayMs).toBeLessThan(22);
  });

  it('never hedges sooner than the minimum', () => {
    expect(filled(1, 0.2).hedgeDelayMs('search/c', 1, 0)).toBe(defaultHedgeOptions.delayMsMin);
  });

  it('waits for long when it knows nothing of that kind', () => {
    const delayMs = filled(1, 20).hedgeDelayMs('exact/c', 1, 0);
    expect(delayMs).toBe(defaultHedgeOptions.delayMsUnknown);
  });

  it('scales what it knows of smaller reads up, and takes that of larger ones as it is', () => {
    expect(filled(1, 20).hedgeDelayMs('search/c', 4, 0)).toBeGreaterThanOrEqual(80);
    expect(filled(8, 20).hedgeDelayMs('search/c', 1, 0)).toBeLessThan(22);
  });

  it('keeps a limited number of kinds', () => {
    const latencies = filled(1, 20);
    for (let kind = 0; kind < 200; kind += 1) latencies.record(`k${kind}`, 1, 1, 0);
    expect(latencies.hedgeDelayMs('search/c', 1, 0)).toBe(defaultHedgeOptions.delayMsUnknown);
  });

  it('forgets the kind that was recorded longest ago, however early it first was', () => {
    const latencies = filled(1, 20);
    for (let kind = 0; kind < 200; kind += 1) {
      latencies.record(`k${kind}`, 1, 1, 0);
      latencies.record('search/c', 1, 20, 0);
      latencies.record('search/c', 1, 20, 0);
    }
    expect(latencies.hedgeDelayMs('search/c', 1, 0)).toBeLessThan(22);
    expect(latencies.hedgeDelayMs('k0', 1, 0)).toBe(defaultHedgeOptions.delayMsUnknown);
  });
});

describe('isHedgingUnwise', () => {
  it('holds while the nodes have long queues on average', () => {
    const nodes = (...depths: number[]) => depths.map((queueDepth) => ({ queueDepth }));
    expect(isHedgingUnwise(nodes(0, 0, 40), defaultHedgeOptions)).toBe(false);
    expect(isHedgingUnwise(nodes(10, 20, 40), defaultHedgeOptions)).toBe(true);
    expect(isHedgingUnwise([], defaultHedgeOptions)).toBe(false);
  });
});
