import { invariant } from '../../base/invariant.js';
import type { Random } from '../../base/random.js';
import type { ReplicaPicker } from './replica-picker.js';

/** At random, in proportion to the nodes' weights, whatever their load. */
export function weightedPicker(random: Random): ReplicaPicker {
  return {
    policy: 'weighted',
    pick(candidates) {
      const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
      let left = random.next() * total;
      for (const candidate of candidates) {
        left -= candidate.weight;
        if (left < 0) return candidate;
      }
      const last = candidates.at(-1);
      invariant(last !== undefined, 'a picker needs at least one candidate');
      return last;
    },
  };
}
