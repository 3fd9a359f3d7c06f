/**
 * Of two candidates drawn at random the one with the smaller cost: smoothed latency times outstanding
 * work. Two choices rather than the best of all keep several coordinators, whose knowledge is always a
 * little old, from flocking to one node.
 *
 * Sources: Finagle's Peak EWMA, https://twitter.github.io/finagle/guide/Clients.html; Mitzenmacher,
 * "The Power of Two Choices in Randomized Load Balancing" (2001), https://doi.org/10.1109/71.963420
 */
import { invariant } from '../../base/invariant.js';
import { type Random, randomInt } from '../../base/random.js';
import type { Candidate, ReplicaPicker } from './replica-picker.js';

/** Of a node that has work but has never answered: it may have one request, and no second. */
const UNKNOWN_LATENCY_MS = 1_000_000;

export function peakEwmaPicker(random: Random): ReplicaPicker {
  return {
    policy: 'peak_ewma',
    pick(candidates) {
      const [only] = candidates;
      invariant(only !== undefined, 'a picker needs at least one candidate');
      if (candidates.length === 1) return only;
      const first = randomInt(random, candidates.length);
      const offset = 1 + randomInt(random, candidates.length - 1);
      const a = candidates[first] as Candidate;
      const b = candidates[(first + offset) % candidates.length] as Candidate;
      return cost(b) < cost(a) ? b : a;
    },
  };
}

function cost({ latencyMs, load }: Candidate): number {
  if (latencyMs === undefined) return load === 0 ? 0 : UNKNOWN_LATENCY_MS + load;
  return latencyMs * (load + 1);
}
