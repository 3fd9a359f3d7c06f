import { describe, expect, it } from 'vitest';
import { randomInt, seededRandom } from '../../../../src/base/random.js';
import { type Plant, SplitWorld, type Step } from './split-world.js';

/** Each as often as it is named. */
const KINDS: Step['kind'][] = [
  ...Array<Step['kind']>(24).fill('arrive'),
  ...Array<Step['kind']>(16).fill('assign'),
  ...Array<Step['kind']>(30).fill('copy'),
  ...Array<Step['kind']>(12).fill('control'),
  ...Array<Step['kind']>(5).fill('hear'),
  ...Array<Step['kind']>(4).fill('write'),
  'split',
  'lose',
];
const STEPS = 900;

/** What happens in many runs, and the first flaw that any of them shows, with its seed. */
function explore(coordinatorCount: number, plant: Plant, runCount: number) {
  let acknowledgedCount = 0;
  let splitCount = 0;
  for (let seed = 1; seed <= runCount; seed += 1) {
    const random = seededRandom(seed);
    const world = new SplitWorld(coordinatorCount, plant);
    const cancelsAt = randomInt(random, STEPS * 2);
    for (let i = 0; i < STEPS; i += 1) {
      const drawn = KINDS[randomInt(random, KINDS.length)] as Step['kind'];
      const kind = i === cancelsAt ? 'cancel' : drawn;
      world.step({ kind, n: randomInt(random, 5_040) });
      const flaw = i % 5 === 0 ? world.flaw() : undefined;
      if (flaw !== undefined) return { flaw: `seed ${seed}, step ${i}: ${flaw}` };
    }
    acknowledgedCount += world.acknowledgedCount;
    splitCount += world.splitCount;
  }
  return { flaw: undefined, acknowledgedCount, splitCount };
}

describe('a collection that is split while several coordinators write to it', () => {
  it.each([1, 2, 3])('loses no acknowledged write: %i coordinators', (count) => {
    const seen = explore(count, 'none', 12);
    expect(seen.flaw).toBeUndefined();
    expect(seen.acknowledgedCount).toBeGreaterThan(100);
    expect(seen.splitCount).toBeGreaterThan(5);
  });

  it.each(['await_without_fence', 'finish_unfilled', 'no_double_write'] as const)(
    'would lose some with %s',
    (plant) => {
      expect(explore(2, plant, 100).flaw).toMatch(/is in sync and lacks write/);
    },
  );
});
