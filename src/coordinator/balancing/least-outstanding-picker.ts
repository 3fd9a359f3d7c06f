import { invariant } from '../../base/invariant.js';
import { type Random, randomInt } from '../../base/random.js';
import type { Candidate, ReplicaPicker } from './replica-picker.js';

/** The candidate with the least outstanding work; among equals, any with the same chance. */
export function leastOutstandingPicker(random: Random): ReplicaPicker {
  return {
    policy: 'least_outstanding',
    pick(candidates) {
      let best: Candidate | undefined;
      let tieCount = 0;
      for (const candidate of candidates) {
        if (best === undefined || candidate.load < best.load) {
          best = candidate;
          tieCount = 1;
        } else if (candidate.load === best.load) {
          tieCount += 1;
          if (randomInt(random, tieCount) === 0) best = candidate;
        }
      }
      invariant(best !== undefined, 'a picker needs at least one candidate');
      return best;
    },
  };
}
