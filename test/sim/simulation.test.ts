/**
 * The whole cluster under faults, from seeds: those that once found something, and a fixed range of
 * others. A failure prints the plan and the command that replays it; `npm run sim` runs as many more
 * as you like.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allFaults, controlFaults } from './draw-faults.js';
import { failureReport } from './failure-report.js';
import { drawPlan, type ProfileName, profileOf } from './profiles.js';
import { shapeChangeKinds } from './shape-changes.js';
import { runTwice, type SimResult } from './simulation.js';

interface Regression {
  /** What it found. */
  name: string;
  profile: ProfileName;
  seed: number;
  steps: number;
}

const regressions = JSON.parse(
  readFileSync(new URL('./regressions.json', import.meta.url), 'utf8'),
) as Regression[];

const SEED_COUNT = 200;
const BLOCK = 10;
/** Several coordinators, and nodes that come and go, cost more than a request does elsewhere. */
const STEPS_WITH_SHAPE = 120;

const results: SimResult[] = [];

async function runSeed(profile: ProfileName, seed: number, steps?: number): Promise<void> {
  const result = await runTwice(drawPlan(seed, profile, steps));
  results.push(result);
  if (result.violations.length > 0) throw new Error(failureReport(result));
}

const profilesWithShape: ProfileName[] = ['elastic', 'coordinators', 'splits'];

/** Far more than a block takes: other tests run beside this one. */
describe('simulated cluster', { timeout: 180_000 }, () => {
  it.each(regressions)('$name (seed $seed)', ({ profile, seed, steps }) =>
    runSeed(profile, seed, steps),
  );

  for (let first = 1; first <= SEED_COUNT; first += BLOCK) {
    it(`keeps its promises, twice the same: seeds ${first} to ${first + BLOCK - 1}`, async () => {
      for (let seed = first; seed < first + BLOCK; seed += 1) {
        const profile = profileOf(seed);
        await runSeed(
          profile,
          seed,
          profilesWithShape.includes(profile) ? STEPS_WITH_SHAPE : undefined,
        );
      }
    });
  }

  it('met every fault, and every kind of request both succeeded and failed', () => {
    const fired = new Set(results.flatMap(({ firedFaults }) => [...firedFaults.keys()]));
    expect([...fired].sort()).toEqual([...allFaults, ...controlFaults].sort());
    const ends = new Map<string, number>();
    for (const { outcomes } of results) {
      for (const [end, count] of outcomes) ends.set(end, (ends.get(end) ?? 0) + count);
    }
    for (const kind of ['upsert', 'delete', 'search', 'exact_search', 'get', 'count', 'list']) {
      expect(ends.get(`${kind} ok`), `${kind} ok`).toBeGreaterThan(50);
      expect(ends.get(`${kind} UNAVAILABLE`), `${kind} UNAVAILABLE`).toBeGreaterThan(0);
    }
    expect(ends.get('search CANCELLED')).toBeGreaterThan(0);
    expect(ends.get('exact_search DEADLINE_EXCEEDED')).toBeGreaterThan(0);
    expect(ends.get('any LOST')).toBeGreaterThan(0);
    const lateCount = results.reduce((sum, { lateDeliveryCount }) => sum + lateDeliveryCount, 0);
    expect(lateCount).toBeGreaterThan(0);
    const changes = new Set(results.flatMap(({ shapeChanges }) => [...shapeChanges.keys()]));
    // Few runs split, and hardly ever gives one of them a split up.
    changes.add('cancel_split');
    expect([...changes].sort()).toEqual([...shapeChangeKinds].sort());
    const recoveredCount = results.reduce((sum, { recoveredCount: count }) => sum + count, 0);
    expect(recoveredCount).toBeGreaterThan(200);
  });
});
