import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendWindow } from '../../../src/client/send-window.js';

const SIZE_MAX = 100;

/** A window of 80, made so by a server that turned a search away at 10 ms. */
function narrowed(): SendWindow {
  const window = new SendWindow(SIZE_MAX);
  window.sending(0, 0);
  window.refused(0, SIZE_MAX, 0, 10);
  return window;
}

describe('the size of a window', () => {
  it('is what the options allow while nothing is turned away', () => {
    const window = new SendWindow(SIZE_MAX);
    for (let i = 0; i < 1_000; i += 1) window.answered(i, SIZE_MAX, 50, i);
    expect(window.size).toBe(SIZE_MAX);
  });

  it('shrinks once for all that were sent before it shrank', () => {
    const window = narrowed();
    expect(window.size).toBe(80);
    for (let i = 0; i < 50; i += 1) window.refused(9, 80, 0, 11);
    expect(window.size).toBe(80);
    window.refused(10, 80, 0, 20);
    expect(window.size).toBe(64);
  });

  it('shrinks from what was under way, when that was less', () => {
    const window = new SendWindow(SIZE_MAX);
    window.refused(0, 20, 0, 10);
    expect(window.size).toBe(16);
  });

  it('grows by one with each round of answers while the server turns searches away', () => {
    const window = narrowed();
    for (let i = 0; i < 81; i += 1) window.answered(10, window.size, 10, 20);
    expect(window.size).toBe(81);
  });

  it('stays as it is while it holds nothing back', () => {
    const window = narrowed();
    for (let i = 0; i < 500; i += 1) window.answered(10, 70, 0, 20);
    expect(window.size).toBe(80);
  });

  it('opens with every answer once the server has turned nothing away for five seconds', () => {
    const window = narrowed();
    for (let i = 0; i < 20; i += 1) window.answered(10, window.size, 10, 5_010);
    expect(window.size).toBe(SIZE_MAX);
  });

  it('is never below four, nor above what is allowed, whatever happens', () => {
    const events = fc.array(fc.tuple(fc.boolean(), fc.nat(200), fc.nat(50)), { maxLength: 200 });
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 300 }), (all, sizeMax) => {
        const window = new SendWindow(sizeMax);
        let nowMs = 0;
        for (const [isRefused, underWay, passedMs] of all) {
          nowMs += passedMs;
          if (isRefused) window.refused(nowMs, underWay, 0, nowMs);
          else window.answered(nowMs, underWay, 0, nowMs);
          expect(window.size).toBeGreaterThanOrEqual(Math.min(4, sizeMax));
          expect(window.size).toBeLessThanOrEqual(sizeMax);
        }
      }),
    );
  });
});

describe('a search that would have to wait', () => {
  /** A server that answers one search every 10 ms, each after 50, until two seconds have passed. */
  function slow(): SendWindow {
    const window = new SendWindow(SIZE_MAX);
    window.sending(0, 0);
    for (let nowMs = 50; nowMs <= 2_000; nowMs += 10) {
      window.answered(nowMs - 50, SIZE_MAX, 20, nowMs);
    }
    return window;
  }

  function overloaded(): SendWindow {
    const window = slow();
    window.refused(1_990, SIZE_MAX, 20, 2_000);
    return window;
  }

  it('may where none waits, and where nothing is known of the server', () => {
    expect(overloaded().judgeWait(0, 1, 2_000)).toBeUndefined();
    expect(new SendWindow(SIZE_MAX).judgeWait(1_000, 1_000, 0)).toBeUndefined();
  });

  it('may for as long as it can be answered in most of its time', () => {
    const window = slow();
    expect(window.judgeWait(600, 10_000, 2_000)).toBeUndefined();
    expect(window.judgeWait(60, 1_000, 2_000)).toBeUndefined();
    // 71 times 10 ms and 50 ms, of 750.
    expect(window.judgeWait(70, 1_000, 2_000)).toBeGreaterThan(0);
    expect(window.judgeWait(79, 1_000, 2_000)).toBeGreaterThan(80);
    expect(window.judgeWait(79, 1_000, 2_000)).toBeLessThan(120);
  });

  it('may for half of its time, half a second at most, once the server turned others away', () => {
    const window = overloaded();
    expect(window.judgeWait(40, 10_000, 2_000)).toBeUndefined();
    expect(window.judgeWait(60, 10_000, 2_000)).toBeGreaterThan(80);
    expect(window.judgeWait(30, 800, 2_000)).toBeUndefined();
    expect(window.judgeWait(49, 800, 2_000)).toBeGreaterThan(80);
    expect(window.judgeWait(60, 10_000, 7_000)).toBeUndefined();
  });
});
