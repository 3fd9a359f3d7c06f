/** A partition's replica set as a write sees it. */
import type { Generation, NodeId } from '../../base/ids.js';
import type { PartitionEntry } from '../topology/topology.js';

export type Consistency = 'in_sync' | 'majority' | 'one';

export interface ReplicaSetView {
  generation: Generation;
  inSync: readonly NodeId[];
  recovering: readonly NodeId[];
  /** Of those recovering, the ones about to be put in sync. */
  awaited: ReadonlySet<NodeId>;
}

export function viewOf(entry: PartitionEntry, awaited: ReadonlySet<NodeId>): ReplicaSetView {
  const { generation, replicas } = entry;
  const inState = (state: string) =>
    replicas.filter((replica) => replica.state === state).map((replica) => replica.nodeId);
  return { generation, inSync: inState('in_sync'), recovering: inState('recovering'), awaited };
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

/** True when all that happened in between is that replicas were taken out. */
export function hasOnlyShrunk(before: ReplicaSetView, after: ReplicaSetView): boolean {
  const known = new Set(before.inSync);
  return (
    after.generation - before.generation === before.inSync.length - after.inSync.length &&
    after.inSync.every((nodeId) => known.has(nodeId))
  );
}
