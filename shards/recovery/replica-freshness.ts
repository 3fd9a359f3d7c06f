/**
 * How long a replica has been out of sync, as far as its node can tell: when it was last told that the
 * replica is in sync, or made it anew. One that was away for longer than tombstones are kept starts
 * empty: nobody could tell it what was deleted meanwhile.
 */
import type { ReplicaAssignment } from '../link-handler.js';
import { replicaName } from '../replica-set.js';

/** Wall-clock instants by replica name. */
export type FreshReplicas = Readonly<Record<string, number>>;

/** Names of the recovering replicas that were out of sync for longer than `graceMs`. */
export function outdatedReplicas(
  fresh: FreshReplicas,
  assignments: readonly ReplicaAssignment[],
  wallMs: number,
  graceMs: number,
): Set<string> {
  const names = assignments
    .filter(({ state, keepsReadable }) => state === 'recovering' && keepsReadable !== true)
    .map(({ collection, partition }) => replicaName(collection, partition))
    .filter((name) => wallMs - (fresh[name] ?? wallMs) > graceMs);
  return new Set(names);
}

/** What is to be remembered after an assignment was carried out, or was found to hold still. */
export function refreshed(
  fresh: FreshReplicas,
  assignments: readonly ReplicaAssignment[],
  madeAnew: ReadonlySet<string>,
  wallMs: number,
): FreshReplicas {
  return Object.fromEntries(
    assignments.map(({ collection, partition, state }) => {
      const name = replicaName(collection, partition);
      const isFresh = state !== 'recovering' || madeAnew.has(name);
      return [name, isFresh ? wallMs : (fresh[name] ?? wallMs)];
    }),
  );
}
