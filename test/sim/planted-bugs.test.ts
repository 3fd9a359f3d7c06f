/** The checkers are only worth what they catch: each planted bug must be caught within a few seeds. */
import { describe, expect, it } from 'vitest';
import { type PlantedBug, plantedBugNames } from './planted-bugs.js';
import { drawPlan, type ProfileName } from './profiles.js';
import { runSimulation } from './simulation.js';

const SEEDS_MAX = 12;

interface Catch {
  profile: ProfileName;
  /** What the run must complain of first, one of them. */
  claims: string[];
  /** Requests with faults; as many as usual. */
  steps?: number;
}

const LOST = 'an acknowledged write is on every replica in sync';
const UNREAD = 'an acknowledged write is found by every later read';
const BACK = 'a deleted document does not come back';
const MISCOUNT = 'counts are right';
const UNEQUAL = 'replicas are equal at rest';
const STUCK = 'every replica comes back in sync';
const UNHEALED = 'the cluster heals';

/** Seen in the split that is made while nothing goes wrong. */
const split = (...claims: string[]): Catch => ({ profile: 'splits', claims, steps: 10 });

/** In which profile each bug shows, and the checkers that are there to see it. */
const catches: Record<PlantedBug, Catch> = {
  ties_in_wrong_order: { profile: 'swarm', claims: ['hits are in order'] },
  hit_merged_twice: { profile: 'conflict', claims: ['no hit comes twice', 'hits are the nearest'] },
  nearest_hit_dropped: { profile: 'swarm', claims: [UNREAD] },
  losers_answer_merged: {
    profile: 'stalls',
    claims: ['no hit comes twice', 'hits are the nearest'],
  },
  coverage_lies: { profile: 'stalls', claims: ['coverage tells the truth'] },
  late_reply_counted_twice: { profile: 'swarm', claims: ['coverage tells the truth'] },
  deadline_ignored: { profile: 'stalls', claims: ['every request ends by its deadline'] },
  cancelled_call_leaks: { profile: 'swarm', claims: ['nothing outlives its request'] },
  failed_write_acknowledged: { profile: 'conflict', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  version_per_replica: { profile: 'conflict', claims: ['nothing is made up'] },
  min_in_sync_forgotten: {
    profile: 'stalls',
    claims: ['a write is acknowledged by enough replicas'],
  },
  ack_before_durable: { profile: 'conflict', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  damaged_row_served: { profile: 'recovery', claims: ['documents are whole'] },
  older_write_wins: { profile: 'swarm', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  last_arrival_wins: { profile: 'conflict', claims: [LOST, UNREAD, BACK, MISCOUNT, UNHEALED] },
  tombstone_dropped: { profile: 'conflict', claims: [LOST, BACK, MISCOUNT, UNEQUAL, UNHEALED] },
  tombstone_purged_early: { profile: 'away', claims: [LOST] },
  nothing_taken_back: { profile: 'conflict', claims: [STUCK] },
  missing_replica_made_empty: { profile: 'recovery', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  half_the_buckets_compared: { profile: 'recovery', claims: [LOST, UNREAD, UNEQUAL] },
  live_writes_lost_while_levelling: { profile: 'disks', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  promoted_before_equal: { profile: 'recovery', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  recovering_replica_answers: {
    profile: 'recovery',
    claims: ['a replica that recovers answers no read'],
  },
  stale_generation_accepted: {
    profile: 'conflict',
    claims: ['nodes refuse what is older than they know'],
  },
  last_entry_skipped: { profile: 'recovery', claims: [LOST, UNREAD, STUCK, UNHEALED, UNEQUAL] },
  clock_mark_not_kept: { profile: 'clocks', claims: ['versions never go back'] },
  eviction_after_ack: { profile: 'conflict', claims: [LOST] },
  dropped_before_in_sync: {
    profile: 'elastic',
    claims: [
      'the last replica in sync is never given up',
      'a move drops nothing before its heir is in sync',
    ],
  },
  resumed_copy_loses_its_tail: { profile: 'recovery', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  controller_outlives_its_lease: {
    profile: 'coordinators',
    claims: ['who acts as the controller has the seat'],
  },
  eviction_without_the_store: { profile: 'coordinators', claims: [LOST, UNREAD, BACK, MISCOUNT] },
  one_number_for_all: {
    profile: 'coordinators',
    claims: ['nothing is made up', 'documents are whole', 'a later write wins', UNREAD, UNEQUAL],
  },
  split_finished_unfilled: split(LOST),
  split_without_barrier: split(LOST),
  writes_not_split: split(LOST),
  split_searched_twice: split('no hit comes twice', 'hits are the nearest'),
  split_counted_twice: split(MISCOUNT),
  split_listed_twice: split('lists are in order'),
  reads_end_at_the_switch: split('requests succeed while a split is made'),
  retired_kept: split('the cluster takes its shape'),
};

describe('planted bugs', { timeout: 120_000 }, () => {
  it.each(plantedBugNames)('%s is caught', async (bug) => {
    const { profile, claims, steps } = catches[bug];
    for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
      const { violations } = await runSimulation(drawPlan(seed, profile, steps), bug);
      const [first] = violations;
      if (first === undefined) continue;
      expect(claims).toContain(first.claim);
      return;
    }
    expect.fail(`${bug} was not caught in ${SEEDS_MAX} seeds`);
  });
});
