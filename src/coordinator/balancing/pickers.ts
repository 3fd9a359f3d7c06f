import type { Random } from '../../base/random.js';
import { clientHashPicker } from './client-hash-picker.js';
import { leastOutstandingPicker } from './least-outstanding-picker.js';
import { peakEwmaPicker } from './peak-ewma-picker.js';
import type { BalancingPolicy, ReplicaPicker } from './replica-picker.js';
import { roundRobinPicker } from './round-robin-picker.js';
import { weightedPicker } from './weighted-picker.js';

/** One picker of each policy, with its own memory. */
export function createPickers(random: Random): Record<BalancingPolicy, ReplicaPicker> {
  const leastOutstanding = leastOutstandingPicker(random);
  return {
    least_outstanding: leastOutstanding,
    peak_ewma: peakEwmaPicker(random),
    round_robin: roundRobinPicker(),
    weighted: weightedPicker(random),
    client_hash: clientHashPicker(leastOutstanding),
  };
}
