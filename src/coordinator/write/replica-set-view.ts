/** A partition's replica set as a write sees it. */
import type { Generation, NodeId } from '../../base/ids.js';
import { minInSyncOf } from '../topology/in-sync-floor.js';
import type { CollectionEntry, PartitionEntry } from '../topology/topology.js';
import { isOwnMember } from './write-members.js';

export type Consistency = 'in_sync' | 'majority' | 'one';

export interface ReplicaSetView {
  generation: Generation;
  /** Fewest in sync that may acknowledge a write which asks for all of them. */
  minInSync: number;
  inSync: readonly NodeId[];
  recovering: readonly NodeId[];
  /** Of those recovering, the ones about to be put in sync. */
  awaited: ReadonlySet<NodeId>;
}

export function viewOf(
  entry: PartitionEntry,
  collection: Pick<CollectionEntry, 'minInSync'>,
): ReplicaSetView {
  const { generation, replicas } = entry;
  const minInSync = minInSyncOf(collection, entry);
  const awaited = new Set(replicas.filter((r) => r.isAwaited).map((r) => r.nodeId));
  const inState = (state: string) =>
    replicas.filter((replica) => replica.state === state).map((replica) => replica.nodeId);
  const [inSync, recovering] = [inState('in_sync'), inState('recovering')];
  return { generation, minInSync, inSync, recovering, awaited };
}

/** How many in-sync replicas must hold a write. */
export function acksRequired(
  consistency: Consistency,
  inSyncCount: number,
  replicaCount: number,
): number {
  switch (consistency) {
    case 'in_sync':
      return inSyncCount;
    case 'majority':
      return Math.min(inSyncCount, Math.floor(replicaCount / 2) + 1);
    case 'one':
      return Math.min(inSyncCount, 1);
  }
}

/** The same of a set, whose filling partitions do not count. */
export function acksRequiredOf(
  { inSync, recovering }: ReplicaSetView,
  consistency: Consistency,
  inSyncCount: number,
): number {
  const replicaCount = inSync.length + recovering.filter(isOwnMember).length;
  return acksRequired(consistency, inSyncCount, replicaCount);
}

/**
 * True when all that happened in between is that replicas which writes wait for were taken out: each
 * of these takes one generation, and any other change adds one without taking one out.
 */
export function hasOnlyShrunk(before: ReplicaSetView, after: ReplicaSetView): boolean {
  const inSync = new Set(before.inSync);
  const outCount =
    before.inSync.length + before.awaited.size - after.inSync.length - after.awaited.size;
  return (
    after.generation - before.generation === outCount &&
    after.inSync.every((nodeId) => inSync.has(nodeId)) &&
    [...after.awaited].every((nodeId) => before.awaited.has(nodeId))
  );
}
