import type { NodeId, Partition } from '../../base/ids.js';
import type { Placement } from './ring-placement.js';

/** What one partition needs to get from one placement to another. */
export interface PlacementChange {
  partition: Partition;
  /** Nodes that hold it afterwards and did not before, in the order of the new placement. */
  added: NodeId[];
  /** Nodes that held it before and do not afterwards, in the order of the old placement. */
  removed: NodeId[];
}

/** The partitions whose set of nodes differs, in ascending order. The order of nodes is no change. */
export function diffPlacement(before: Placement, after: Placement): PlacementChange[] {
  const changes: PlacementChange[] = [];
  for (let partition = 0; partition < Math.max(before.length, after.length); partition += 1) {
    const old = before[partition] ?? [];
    const now = after[partition] ?? [];
    const added = now.filter((node) => !old.includes(node));
    const removed = old.filter((node) => !now.includes(node));
    if (added.length > 0 || removed.length > 0) changes.push({ partition, added, removed });
  }
  return changes;
}

/** Replicas that have to be copied to get from one placement to the other. */
export function countMoves(before: Placement, after: Placement): number {
  return diffPlacement(before, after).reduce((sum, change) => sum + change.added.length, 0);
}
