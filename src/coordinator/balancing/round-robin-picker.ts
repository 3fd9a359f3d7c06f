import { invariant } from '../../base/invariant.js';
import type { ReplicaPicker } from './replica-picker.js';

/** Each in turn, whatever its load. The turn is shared by all partitions. */
export function roundRobinPicker(): ReplicaPicker {
  let turn = 0;
  return {
    policy: 'round_robin',
    pick(candidates) {
      const chosen = candidates[turn % candidates.length];
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      invariant(chosen !== undefined, 'a picker needs at least one candidate');
      return chosen;
    },
  };
}
