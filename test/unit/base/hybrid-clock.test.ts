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

  it('counts on from what it gave while the wall clock is ahead of its ceiling', () => {
    const wall = new VirtualClock(START_MS);
    const clock = new HybridClock(wall, { coordinator: 1 });
    clock.ceilingMs = START_MS + 10_000;
    clock.next();
    wall.jumpWall(3_600_000);
    expect(clock.next()).toBe(makeVersion(START_MS + 10_000, 0, 1));
    expect(clock.next()).toBe(makeVersion(START_MS + 10_000, 1, 1));
    clock.ceilingMs = START_MS + 3_610_000;
    expect(clock.next()).toBe(makeVersion(START_MS + 3_600_000, 0, 1));
  });

  it('passes a version too far ahead without following it, and gives none twice', () => {
    const wall = new VirtualClock(START_MS);
    const clock = new HybridClock(wall, { coordinator: 1 });
    const beyond = makeVersion(START_MS + 3_600_000, 7, 2);
    const given = [clock.nextAbove(beyond), clock.nextAbove(beyond)];
    expect(given[0]).toBe(makeVersion(START_MS + 3_600_000, 8, 1));
    expect(given[1]).toBe(makeVersion(START_MS + 3_600_000, 9, 1));
    expect(versionWallMs(clock.next())).toBe(START_MS);
    wall.jumpWall(3_600_000);
    expect(clock.next()).toBe(makeVersion(START_MS + 3_600_000, 10, 1));
  });

  it('gives no version twice, whatever it hears and however the wall clock jumps', () => {
    const jump = fc.record({ jumpMs: fc.integer({ min: -200_000, max: 200_000 }) });
    const follow = fc.record({ followMs: fc.integer({ min: -200_000, max: 200_000 }) });
    const above = fc.record({ aboveMs: fc.integer({ min: -200_000, max: 200_000 }) });
    const counter = fc.integer({ min: 0, max: 2 });
    const step = fc.tuple(fc.oneof(jump, follow, above, fc.constant({})), counter);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const wall = new VirtualClock(START_MS);
        const clock = new HybridClock(wall, { coordinator: 1 });
        const given = new Set<bigint>();
        for (const [what, heard] of steps) {
          let version: bigint;
          if ('aboveMs' in what) {
            const seen = makeVersion(START_MS + what.aboveMs, heard, 1);
            version = clock.nextAbove(seen);
            expect(version > seen).toBe(true);
          } else {
            if ('jumpMs' in what) wall.jumpWall(what.jumpMs);
            if ('followMs' in what) clock.follow(makeVersion(START_MS + what.followMs, heard, 1));
            version = clock.next();
          }
          expect(given.has(version)).toBe(false);
          given.add(version);
        }
      }),
      { numRuns: 500 },
    );
  });
});
