/** Small parts of a split's model: writes as they are sent, and a split that ends too early. */
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import {
  type CollectionEntry,
  makeTopology,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import type { TransitionResult } from '../../../../src/coordinator/topology/topology-transitions.js';
import { PendingWrite } from '../../../../src/coordinator/write/pending-write.js';
import type { Consistency } from '../../../../src/coordinator/write/replica-set-view.js';
import type { PartitionWrite } from '../../../../src/coordinator/write/write-plan.js';
import type { WriteTarget } from '../../../../src/wire/link-messages.js';

export interface Sent {
  generation: number;
  collection: string;
  target: WriteTarget;
}

export function pendingOf(
  plan: PartitionWrite,
  collection: CollectionEntry,
  topology: Topology,
  consistency: Consistency,
): PendingWrite {
  const options = { consistency, deadlineAtMs: 1_000, patienceMs: 1_000 };
  return new PendingWrite(plan, collection, topology, options);
}

export function sentNow(pending: PendingWrite, member: NodeId): Sent {
  const { collectionId: collection } = pending.refOf(member);
  return { generation: pending.acks.generation, collection, target: pending.targetOf(member) };
}

export function pendingNode(member: NodeId): NodeId {
  return nodeId(member.slice(member.indexOf('/') + 1));
}

export function pretendFilled(topology: Topology, filling: CollectionEntry): Topology {
  const partitions = filling.partitions.map((entry) => ({
    ...entry,
    replicas: entry.replicas.map((replica) => ({ ...replica, state: 'in_sync' as const })),
  }));
  const { clusterId, epoch, nodes, collections } = topology;
  const all = new Map(collections).set(filling.id, { ...filling, partitions });
  return makeTopology(clusterId, epoch, nodes.values(), all.values());
}

export function grown(result: TransitionResult): Topology {
  if (result.kind === 'refused') throw new Error(result.message);
  return result.topology;
}
