/**
 * One routing key, one replica per partition: rendezvous hashing of key, partition and node, so that the
 * loss of a node moves only the keys that it had. With bounded load: a candidate that has much more
 * than the average is passed over for the key's next choice, and gets the key back afterwards.
 *
 * Without a key, the fallback policy decides.
 *
 * Sources: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (1998),
 * https://doi.org/10.1109/90.663936; Mirrokni et al., "Consistent Hashing with Bounded Loads" (2016),
 * https://arxiv.org/abs/1608.01350
 */
import { hash64 } from '../../base/hash64.js';
import { invariant } from '../../base/invariant.js';
import type { Candidate, PickContext, ReplicaPicker } from './replica-picker.js';

/** A candidate may have so many times the average load ... */
const LOAD_FACTOR_MAX = 1.25;
/** ... and always this much: on idle nodes averages mean nothing. */
const LOAD_ALWAYS_ALLOWED = 4;

export function clientHashPicker(fallback: ReplicaPicker): ReplicaPicker {
  return {
    policy: 'client_hash',
    pick(candidates, context) {
      if (context.routingKey === '') return fallback.pick(candidates, context);
      const total = candidates.reduce((sum, { load }) => sum + load, 0);
      const allowed = Math.max(
        LOAD_ALWAYS_ALLOWED,
        Math.ceil((LOAD_FACTOR_MAX * (total + 1)) / candidates.length),
      );
      const open = candidates.filter(({ load }) => load <= allowed);
      return highestRank(open.length > 0 ? open : candidates, context);
    },
  };
}

function highestRank(candidates: readonly Candidate[], context: PickContext): Candidate {
  let best: Candidate | undefined;
  let bestRank = -1n;
  for (const candidate of candidates) {
    const rank = hash64(`${context.partition}/${candidate.nodeId}/${context.routingKey}`);
    if (rank > bestRank) {
      best = candidate;
      bestRank = rank;
    }
  }
  invariant(best !== undefined, 'a picker needs at least one candidate');
  return best;
}
