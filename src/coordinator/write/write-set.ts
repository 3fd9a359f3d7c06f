/**
 * The replica set of one partition as a write sees it. While the collection is being split, those of
 * the filling partitions that its documents go to belong to it: as replicas that recover, and that are
 * waited for once they are awaited or in sync. So a write is acknowledged only when all of them have it
 * too, or are out, just as with any replica that recovers.
 */
import type { CollectionId, NodeId, Partition } from '../../base/ids.js';
import { type CollectionEntry, fillingOf, type Topology } from '../topology/topology.js';
import { type ReplicaSetView, viewOf } from './replica-set-view.js';
import { fillingMember } from './write-members.js';

export interface WriteSet {
  /** Its generation is the sum of all partitions': each change of one of them makes another set. */
  view: ReplicaSetView;
  /** The collection that is filling; sets of different ones have nothing to do with each other. */
  fillingId: CollectionId | undefined;
}

/** `sharesOf` tells which of the filling partitions, of so many, the write goes to. */
export function writeSetOf(
  topology: Topology,
  collection: CollectionEntry,
  partition: Partition,
  sharesOf: (partitionCount: number) => Iterable<Partition>,
): WriteSet {
  const entry = collection.partitions[partition] ?? { generation: 0, replicas: [] };
  const own = viewOf(entry, collection);
  const filling = fillingOf(topology, collection.id);
  if (filling === undefined) return { view: own, fillingId: undefined };
  const recovering: NodeId[] = [...own.recovering];
  const awaited = new Set(own.awaited);
  let { generation } = own;
  for (const share of sharesOf(filling.partitions.length)) {
    const filled = filling.partitions[share];
    if (filled === undefined) continue;
    generation += filled.generation;
    for (const { nodeId, state, isAwaited } of filled.replicas) {
      const member = fillingMember(share, nodeId);
      recovering.push(member);
      if (state === 'in_sync' || isAwaited === true) awaited.add(member);
    }
  }
  return { view: { ...own, generation, recovering, awaited }, fillingId: filling.id };
}
