/** The checkers are only worth what they catch: each planted bug must be caught within a few seeds. */
import { describe, expect, it } from 'vitest';
import { type PlantedBug, plantedBugNames } from './planted-bugs.js';
import { drawPlan, type ProfileName } from './profiles.js';
import { runSimulation } from './simulation.js';

const SEEDS_MAX = 12;

/** The claims that the bug breaks; one of them must be what the run complains of. */
const brokenClaims: Record<PlantedBug, string[]> = {
  ties_in_wrong_order: ['hits are in order'],
  hit_merged_twice: ['no hit comes twice', 'hits are the nearest'],
  nearest_hit_dropped: ['an acknowledged write is found by every later read'],
  coverage_lies: ['coverage tells the truth'],
  late_reply_counted_twice: ['coverage tells the truth'],
  deadline_ignored: ['every request ends by its deadline'],
  ack_before_durable: [
    'an acknowledged write is found by every later read',
    'a deleted document does not come back',
    'counts are right',
  ],
  older_write_wins: [
    'without faults requests succeed',
    'an acknowledged write is found by every later read',
    'a deleted document does not come back',
    'the cluster heals',
  ],
  last_arrival_wins: [
    'in-sync replicas are equal at rest',
    'an acknowledged write is found by every later read',
    'a deleted document does not come back',
    'counts are right',
  ],
  tombstone_dropped: [
    'in-sync replicas are equal at rest',
    'a deleted document does not come back',
    'counts are right',
  ],
  cancelled_call_leaks: ['nothing outlives its request'],
  failed_write_acknowledged: [
    'an acknowledged write is found by every later read',
    'a deleted document does not come back',
    'counts are right',
  ],
};

describe('planted bugs', () => {
  it.each(plantedBugNames)('%s is caught', async (bug) => {
    for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
      const profile: ProfileName = seed % 2 === 1 ? 'swarm' : 'conflict';
      const { violations } = await runSimulation(drawPlan(seed, profile), bug);
      const [first] = violations;
      if (first === undefined) continue;
      expect(brokenClaims[bug]).toContain(first.claim);
      return;
    }
    expect.fail(`${bug} was not caught in ${SEEDS_MAX} seeds`);
  });
});
