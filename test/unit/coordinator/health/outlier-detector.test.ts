import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/base/random.js';
import {
  defaultOutlierOptions,
  OutlierDetector,
} from '../../../../src/coordinator/health/outlier-detector.js';

const options = { ...defaultOutlierOptions, failTimeoutMs: 1_000, probeDelayMs: 100 };
const detector = () => new OutlierDetector(options, seededRandom(7));

/** Fails every probe; the delays between them. */
function failedProbeDelays(outliers: OutlierDetector, fromMs: number, count: number): number[] {
  const delays: number[] = [];
  let lastAtMs = fromMs;
  for (let nowMs = fromMs; delays.length < count; nowMs += 1) {
    if (!outliers.tryProbe(nowMs)) continue;
    outliers.probeEnded(false, nowMs);
    delays.push(nowMs - lastAtMs);
    lastAtMs = nowMs;
  }
  return delays;
}

describe('OutlierDetector', () => {
  it('ejects after maxFails failures in a row within failTimeoutMs', () => {
    const outliers = detector();
    outliers.failed(0);
    outliers.failed(10);
    expect(outliers.isEjected).toBe(false);
    outliers.failed(20);
    expect(outliers.isEjected).toBe(true);
  });

  it('does not add up failures that are further apart, or that a success lies between', () => {
    const outliers = detector();
    for (const nowMs of [0, 10, 1_500, 1_510]) outliers.failed(nowMs);
    expect(outliers.isEjected).toBe(false);
    outliers.succeeded(1_520);
    outliers.failed(1_530);
    expect(outliers.isEjected).toBe(false);
  });

  it('ejects a node that fails every other request, though never thrice in a row', () => {
    const outliers = detector();
    for (let i = 0; i < 20 && !outliers.isEjected; i += 1) {
      if (i % 2 === 0) outliers.failed(i);
      else outliers.succeeded(i);
    }
    expect(outliers.isEjected).toBe(true);
  });

  it('keeps a node that fails one request in ten', () => {
    const outliers = detector();
    for (let i = 0; i < 1_000; i += 1) {
      if (i % 10 === 5) outliers.failed(i);
      else outliers.succeeded(i);
    }
    expect(outliers.isEjected).toBe(false);
  });

  it('ejects a node that loses every hedged request and answers nothing, after silenceMs', () => {
    const outliers = detector();
    for (const nowMs of [0, 10, 20, 30]) outliers.lost(nowMs);
    expect(outliers.isEjected).toBe(false);
    outliers.lost(120);
    expect(outliers.isEjected).toBe(true);
  });

  it('keeps a node that loses hedged requests but answers others', () => {
    const outliers = detector();
    for (let nowMs = 0; nowMs < 1_000; nowMs += 10) {
      outliers.lost(nowMs);
      if (nowMs % 50 === 0) outliers.succeeded(nowMs);
    }
    expect(outliers.isEjected).toBe(false);
  });

  it('lets one probe through at a time', () => {
    const outliers = detector();
    for (const nowMs of [0, 1, 2]) outliers.failed(nowMs);
    expect(outliers.tryProbe(200)).toBe(true);
    expect(outliers.tryProbe(200)).toBe(false);
    outliers.probeEnded(false, 210);
    expect(outliers.tryProbe(220)).toBe(false);
  });

  it('waits twice as long after each failed probe, give or take a fifth, up to the longest', () => {
    const outliers = new OutlierDetector({ ...options, probeDelayMsMax: 1_000 }, seededRandom(7));
    for (const nowMs of [0, 1, 2]) outliers.failed(nowMs);
    const delays = failedProbeDelays(outliers, 2, 6);
    [100, 200, 400, 800, 1_000, 1_000].forEach((meanMs, i) => {
      expect(delays[i]).toBeGreaterThanOrEqual(meanMs * 0.8);
      expect(delays[i]).toBeLessThanOrEqual(meanMs * 1.2 + 1);
    });
  });

  it('waits longer when it is ejected again soon, and not when it was well for a while', () => {
    const firstDelay = (wellForMs: number) => {
      const outliers = detector();
      for (const nowMs of [0, 1, 2]) outliers.failed(nowMs);
      outliers.tryProbe(200);
      outliers.probeEnded(true, 200);
      const againAtMs = 200 + wellForMs;
      for (let i = 0; i < 3; i += 1) outliers.failed(againAtMs);
      return outliers.probeAtMs - againAtMs;
    };
    expect(firstDelay(10)).toBeGreaterThan(150);
    expect(firstDelay(5_000)).toBeLessThan(121);
  });

  it('is not let back in by answers to what was sent before', () => {
    const outliers = detector();
    for (const nowMs of [0, 1, 2]) outliers.failed(nowMs);
    outliers.succeeded(3);
    expect(outliers.isEjected).toBe(true);
    outliers.succeeded(500);
    expect(outliers.isEjected).toBe(false);
  });

  it('never probes a node that is not ejected, and leaves ejection only by a success', () => {
    const event = fc.constantFrom('succeeded', 'failed', 'lost', 'probe', 'probe fails');
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(300))), (events) => {
        const outliers = detector();
        let nowMs = 0;
        for (const [name, passedMs] of events) {
          nowMs += passedMs;
          const wasEjected = outliers.isEjected;
          if (name === 'succeeded') outliers.succeeded(nowMs);
          else if (name === 'failed') outliers.failed(nowMs);
          else if (name === 'lost') outliers.lost(nowMs);
          else if (outliers.tryProbe(nowMs)) {
            expect(wasEjected).toBe(true);
            outliers.probeEnded(name === 'probe', nowMs);
          }
          if (wasEjected && !outliers.isEjected) expect(['succeeded', 'probe']).toContain(name);
        }
      }),
    );
  });
});
