import { describe, expect, it } from 'vitest';
import { nodeLimitDefaults } from '../../../shards/node-limits.js';
import { WriteAdmission } from '../../../shards/write-admission.js';

const limits = { ...nodeLimitDefaults, writeOpsMax: 1_000, writeBytesMax: 10_000 };
const never = Number.POSITIVE_INFINITY;

function writes(opCount: number, bytes = opCount) {
  return { opCount, bytes };
}

/** A node that writes `opCount` operations every `everyMs`, with 1,000 always in flight. */
function slowed(everyMs: number, opCount = 100) {
  const admission = new WriteAdmission(limits);
  let nowMs = 0;
  admission.tryBegin(writes(1_000), never, nowMs);
  for (let i = 0; i < 100; i += 1) {
    nowMs += everyMs;
    admission.ended(writes(opCount), true, nowMs);
    admission.tryBegin(writes(opCount), never, nowMs);
  }
  return { admission, nowMs };
}

describe('WriteAdmission', () => {
  it('refuses what would pass the limit of operations or of bytes, and forgets what ended', () => {
    const admission = new WriteAdmission(limits);
    expect(admission.tryBegin(writes(900), never, 0)).toBeUndefined();
    expect(admission.tryBegin(writes(200), never, 0)).toMatchObject({
      detail: '900 write operations, 900 bytes, are in flight',
    });
    expect(admission.tryBegin(writes(50, 9_200), never, 0)).toBeDefined();
    admission.ended(writes(900), true, 5);
    expect(admission.tryBegin(writes(200), never, 5)).toBeUndefined();
    expect(admission).toMatchObject({ opCount: 200, bytes: 200 });
  });

  it('takes a write of any size when there is none, so that none waits for ever', () => {
    const admission = new WriteAdmission(limits);
    expect(admission.tryBegin(writes(5_000, 50_000), 1, 0)).toBeUndefined();
  });

  it('refuses at once what could not begin in time, with the time until it can', () => {
    const { admission, nowMs } = slowed(100);
    admission.ended(writes(200), true, nowMs);
    // 800 operations at 1 ms each; three quarters of the time may be waited.
    expect(admission.tryBegin(writes(10), nowMs + 2_000, nowMs)).toBeUndefined();
    const refused = admission.tryBegin(writes(10), nowMs + 400, nowMs);
    expect(refused?.detail).toContain('it could not begin in time');
    expect(refused?.retryAfterMs).toBeGreaterThan(400);
    expect(refused?.retryAfterMs).toBeLessThan(600);
  });

  it('does not take the wait of a few writes for slowness', () => {
    const admission = new WriteAdmission(limits);
    for (let i = 0; i < 100; i += 1) {
      admission.tryBegin(writes(1), never, i * 100);
      admission.ended(writes(1), true, i * 100 + 50);
    }
    admission.tryBegin(writes(500), never, 10_000);
    expect(admission.tryBegin(writes(10), 10_000 + 200, 10_000)).toBeUndefined();
  });

  it('learns nothing from what was refused later', () => {
    const { admission, nowMs } = slowed(100);
    const before = admission.tryBegin(writes(10), nowMs + 100, nowMs)?.retryAfterMs;
    for (let i = 0; i < 50; i += 1) {
      admission.ended(writes(20), false, nowMs);
      admission.tryBegin(writes(20), never, nowMs);
    }
    expect(admission.tryBegin(writes(10), nowMs + 100, nowMs)?.retryAfterMs).toBe(before);
  });
});
