import { describe, expect, it } from 'vitest';
import { randomInt, seededRandom } from '../../../../src/base/random.js';
import { CoordinatorsWorld, type Step } from './coordinators-world.js';

/** Each as often as it is named. */
const KINDS: Step['kind'][] = [
  ...Array<Step['kind']>(12).fill('arrive'),
  ...Array<Step['kind']>(12).fill('assign'),
  ...Array<Step['kind']>(6).fill('copy'),
  ...Array<Step['kind']>(6).fill('control'),
  ...Array<Step['kind']>(4).fill('hear'),
  ...Array<Step['kind']>(3).fill('write'),
  'lose',
];
const STEPS = 500;

/** What happens in many runs, and the first flaw that any of them shows, with its seed. */
function explore(coordinatorCount: number, mayPromoteAtOnce: boolean, runCount: number) {
  let acknowledgedCount = 0;
  let promotedCount = 0;
  for (let seed = 1; seed <= runCount; seed += 1) {
    const random = seededRandom(seed);
    const world = new CoordinatorsWorld(coordinatorCount, mayPromoteAtOnce);
    for (let i = 0; i < STEPS; i += 1) {
      const kind = KINDS[randomInt(random, KINDS.length)] as Step['kind'];
      world.step({ kind, n: randomInt(random, 5_040) });
      const flaw = world.flaw();
      if (flaw !== undefined) return { flaw: `seed ${seed}, step ${i}: ${flaw}` };
    }
    acknowledgedCount += world.acknowledgedCount;
    promotedCount += world.promotedCount;
  }
  return { flaw: undefined, acknowledgedCount, promotedCount };
}

describe('several coordinators that write, evict and recover at once', () => {
  it.each([1, 2, 3])('keep every acknowledged write on every replica in sync: %i', (count) => {
    const seen = explore(count, false, 150);
    expect(seen.flaw).toBeUndefined();
    expect(seen.acknowledgedCount).toBeGreaterThan(500);
    expect(seen.promotedCount).toBeGreaterThan(100);
  });

  it('would lose some, were a level replica put in sync before writes wait for it', () => {
    expect(explore(2, true, 150).flaw).toMatch(/is in sync and lacks write/);
  });
});
