import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HybridClock } from '../../../src/base/hybrid-clock.js';
import { makeVersion, type Version, versionWallMs } from '../../../src/base/version.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const START_MS = 1_700_000_000_000;
const coordinatorOf = (version: Version) => Number(version & 0xffffn);

describe('HybridClock', () => {
  it('only ever goes up, whatever the wall clock does and whatever it follows', () => {
    const step = fc.oneof(
      fc.constant({ kind: 'next' as const, ms: 0 }),
      fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -1e9, max: 1e9 }) }),
      fc.record({ kind: fc.constant('follow' as const), ms: fc.integer({ min: -1e5, max: 1e5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const wall = new VirtualClock(START_MS);
        const clock = new HybridClock(wall, { coordinator: 7 });
        let highest: Version = 0n;
        for (const { kind, ms } of steps) {
          if (kind === 'jump') wall.jumpWall(ms);
          if (kind === 'follow') {
            const seen = makeVersion(wall.wallMs() + ms, 65_535, 65_535);
            if (clock.follow(seen) && seen > highest) highest = seen;
          }
          if (kind === 'next') {
            const version = clock.next();
            expect(version > highest).toBe(true);
            expect(coordinatorOf(version)).toBe(7);
            highest = version;
          }
          expect(clock.last).toBe(highest);
        }
      }),
    );
  });

  it('shows the wall clock where it can', () => {
    const wall = new VirtualClock(START_MS);
    const clock = new HybridClock(wall, { coordinator: 1 });
    expect(clock.next()).toBe(makeVersion(START_MS, 0, 1));
    expect(clock.next()).toBe(makeVersion(START_MS, 1, 1));
    wall.jumpWall(1);
    expect(clock.next()).toBe(makeVersion(START_MS + 1, 0, 1));
    wall.jumpWall(-5000);
    expect(clock.next()).toBe(makeVersion(START_MS + 1, 1, 1));
  });

  it('borrows the next millisecond when a millisecond has used up its counter', () => {
    const startAfter = makeVersion(START_MS, 65_534, 9);
    const clock = new HybridClock(new VirtualClock(START_MS), { coordinator: 1, startAfter });
    expect(clock.next()).toBe(makeVersion(START_MS, 65_535, 1));
    expect(clock.next()).toBe(makeVersion(START_MS + 1, 0, 1));
    expect(clock.next()).toBe(makeVersion(START_MS + 1, 1, 1));
  });

  it('starts above its mark, also when the wall clock is behind it', () => {
    const startAfter = makeVersion(START_MS + 10_000, 5, 65_535);
    const clock = new HybridClock(new VirtualClock(START_MS), { coordinator: 0, startAfter });
    expect(clock.next() > startAfter).toBe(true);
  });

  it('follows what is at most a minute ahead, and refuses what is further', () => {
    const clock = new HybridClock(new VirtualClock(START_MS), { coordinator: 3 });
    const edge = makeVersion(START_MS + 60_000, 0, 0);
    const beyond = makeVersion(START_MS + 60_001, 0, 0);
    expect(clock.follow(beyond)).toBe(false);
    expect(versionWallMs(clock.next())).toBe(START_MS);
    expect(clock.follow(edge)).toBe(true);
    expect(clock.next()).toBe(makeVersion(START_MS + 60_000, 1, 3));
    expect(clock.follow(makeVersion(1, 0, 0))).toBe(true);
    expect(clock.last).toBe(makeVersion(START_MS + 60_000, 1, 3));
  });

  it('orders writes of two coordinators that hear of each other, whoever is ahead', () => {
    const ahead = new HybridClock(new VirtualClock(START_MS + 30_000), { coordinator: 1 });
    const behind = new HybridClock(new VirtualClock(START_MS), { coordinator: 2 });
    const first = ahead.next();
    behind.follow(first);
    expect(behind.next() > first).toBe(true);
  });
});
