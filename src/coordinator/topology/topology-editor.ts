import { invariant } from '../../base/invariant.js';
import type { Topology } from './topology.js';
import { type TopologyStore, TopologyStoreError } from './topology-store.js';
import type { Transition, TransitionResult } from './topology-transitions.js';

/** Each attempt is lost only to another coordinator's success, so even crowds get through. */
const ATTEMPTS_MAX = 32;

/**
 * Changes the topology in force: loads it, computes the change, puts it in force, and starts over
 * when another coordinator was quicker. The transition may so be called several times and must look
 * at its argument only. `changed` means that the change is durable. Rejects with a
 * {@link TopologyStoreError}: the change may then have happened or not.
 */
export async function updateTopology(
  store: TopologyStore,
  transition: Transition,
): Promise<TransitionResult> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const current = await store.load();
    invariant(current !== undefined, 'there is no topology to change yet');
    const result = transition(current);
    if (result.kind !== 'changed') return result;
    if (await store.compareAndSwap(current.epoch, result.topology)) return result;
  }
  throw new TopologyStoreError(
    'unavailable',
    `the topology changed under each of ${ATTEMPTS_MAX} attempts to change it`,
  );
}

/** The topology in force; when there never was one, `initial` is put in force first. */
export async function loadOrCreateTopology(
  store: TopologyStore,
  initial: Topology,
): Promise<Topology> {
  const found = await store.load();
  if (found !== undefined) return found;
  if (await store.compareAndSwap(undefined, initial)) return initial;
  const winner = await store.load();
  invariant(winner !== undefined, 'a topology cannot vanish');
  return winner;
}
