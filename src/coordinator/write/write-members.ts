/**
 * Whom a partition's write goes to, by name: its own replicas by their nodes; while its collection is
 * being split also those of the filling partitions, by partition and node, since one node may hold both.
 */

import type { Partition } from '../../base/ids.js';
import { type NodeId, nodeId } from '../../base/ids.js';

/** No node id has it. */
const SEPARATOR = '/';

export function fillingMember(partition: Partition, holder: NodeId): NodeId {
  return nodeId(`${partition}${SEPARATOR}${holder}`);
}

export interface MemberPlace {
  nodeId: NodeId;
  /** Undefined: it is a replica of the written partition itself. */
  fillingPartition: Partition | undefined;
}

export function placeOfMember(member: NodeId): MemberPlace {
  const at = member.indexOf(SEPARATOR);
  if (at < 0) return { nodeId: member, fillingPartition: undefined };
  return {
    nodeId: nodeId(member.slice(at + 1)),
    fillingPartition: Number(member.slice(0, at)),
  };
}

export function isOwnMember(member: NodeId): boolean {
  return !member.includes(SEPARATOR);
}
