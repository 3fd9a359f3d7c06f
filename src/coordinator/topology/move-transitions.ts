/**
 * The steps of a move, each a change of its own, so that whoever finds one half done goes on with it:
 * a new replica is listed as `recovering` together with the node that it relieves; when it is in sync,
 * that node's replica is dropped. No step leaves a partition with fewer replicas in sync than asked.
 */
import type { Generation, NodeId } from '../../base/ids.js';
import { minInSyncOf, withMinInSync } from './in-sync-floor.js';
import { addReplica, endMove, type ReplicaRef, removeReplica } from './replica-transitions.js';
import {
  activeNodes,
  type CollectionEntry,
  collectionInForce,
  makeTopology,
  type PartitionEntry,
  type ReplicaEntry,
  type ReplicaMove,
  type Topology,
} from './topology.js';
import { refused, setNodeIntent, type TransitionResult } from './topology-transitions.js';

/** Whether the partition keeps `inSyncMin` replicas in sync when it loses this one. */
export function mayDrop({ replicas }: PartitionEntry, nodeId: NodeId, inSyncMin: number): boolean {
  const others = replicas.filter((r) => r.nodeId !== nodeId && r.state === 'in_sync');
  return others.length >= Math.max(1, inSyncMin);
}

/** Lists the new replica; nothing happens when the partition has changed since it was decided. */
export function beginMove(
  topology: Topology,
  ref: ReplicaRef,
  generation: Generation,
  move: ReplicaMove,
): TransitionResult {
  if (entryOf(topology, ref)?.generation !== generation) return { kind: 'unchanged', topology };
  return addReplica(topology, ref, move);
}

/** Whether the new replica is in sync, and what it relieves can be dropped. */
export function mayFinish(entry: PartitionEntry, nodeId: NodeId, copies: number): boolean {
  const replica = replicaOf(entry, nodeId);
  if (replica?.move === undefined || replica.state !== 'in_sync') return false;
  const { from, inSyncMin } = replica.move;
  if (from === undefined || replicaOf(entry, from) === undefined) return true;
  return mayDrop(entry, from, Math.min(inSyncMin, copies));
}

/** Drops what the replica relieves, if it is in sync and so are enough others; the move is over. */
export function finishMove(topology: Topology, ref: ReplicaRef): TransitionResult {
  const collection = topology.collections.get(ref.collectionId);
  const entry = entryOf(topology, ref);
  if (collection === undefined || entry === undefined) return { kind: 'unchanged', topology };
  if (!mayFinish(entry, ref.nodeId, collection.replicationFactor)) {
    return { kind: 'unchanged', topology };
  }
  const from = replicaOf(entry, ref.nodeId)?.move?.from;
  if (from === undefined || replicaOf(entry, from) === undefined) return endMove(topology, ref);
  const dropped = removeReplica(topology, { ...ref, nodeId: from });
  return dropped.kind === 'changed' ? endMove(dropped.topology, ref) : dropped;
}

/**
 * The new replica is not wanted: one that is not in sync is taken back, one that is counts as any
 * other from here on. What it was to relieve stays.
 */
export function cancelMove(topology: Topology, ref: ReplicaRef): TransitionResult {
  const replica = replicaOf(entryOf(topology, ref), ref.nodeId);
  if (replica?.move === undefined) return { kind: 'unchanged', topology };
  return replica.state === 'recovering' ? removeReplica(topology, ref) : endMove(topology, ref);
}

/**
 * Drops a replica that nobody wants, while as many others are in sync as there are to be by now: that
 * number may have grown since it was found to be one too many.
 */
export function dropSurplus(topology: Topology, ref: ReplicaRef): TransitionResult {
  const collection = topology.collections.get(ref.collectionId);
  const entry = entryOf(topology, ref);
  if (collection === undefined || entry === undefined) return { kind: 'unchanged', topology };
  const isThere = replicaOf(entry, ref.nodeId) !== undefined;
  if (!isThere || !mayDrop(entry, ref.nodeId, collection.replicationFactor)) {
    return { kind: 'unchanged', topology };
  }
  return removeReplica(topology, ref);
}

/**
 * How many copies each partition should have, and how many of them a write needs in sync: more than so
 * far only once there are so many (`in-sync-floor.ts`).
 */
export function setReplication(
  topology: Topology,
  collectionId: CollectionEntry['id'],
  replicationFactor: number,
  minInSync: number,
): TransitionResult {
  const collection = collectionInForce(topology, collectionId);
  if (collection === undefined) {
    return refused('collection_not_found', `there is no collection ${collectionId}`);
  }
  const isSame =
    collection.replicationFactor === replicationFactor && collection.minInSync === minInSync;
  if (isSame) return { kind: 'unchanged', topology };
  const partitions = collection.partitions.map((entry) => {
    return withMinInSync(entry, minInSyncOf(collection, entry), { minInSync });
  });
  return withCollections(topology, (one) =>
    one === collection ? { ...one, replicationFactor, minInSync, partitions } : one,
  );
}

/**
 * Forgets a node with all that it holds, last copies included: whoever calls it has asked whether that
 * is meant. A partition that has no replica in sync then is given another one by the controller.
 */
export function discardNode(topology: Topology, nodeId: NodeId): TransitionResult {
  if (!topology.nodes.has(nodeId)) return refused('node_not_found', `there is no node ${nodeId}`);
  const without = withCollections(topology, (collection) => {
    if (!collection.partitions.some((entry) => replicaOf(entry, nodeId))) return collection;
    const partitions = collection.partitions.map((entry) => {
      if (replicaOf(entry, nodeId) === undefined) return entry;
      const replicas = entry.replicas.filter((r) => r.nodeId !== nodeId);
      return { ...entry, generation: entry.generation + 1, replicas };
    });
    return { ...collection, partitions };
  }).topology;
  const nodes = [...without.nodes.values()].filter((node) => node.nodeId !== nodeId);
  const { clusterId, epoch, collections, areMovesPaused } = without;
  const next = makeTopology(clusterId, epoch, nodes, collections.values(), areMovesPaused);
  return { kind: 'changed', topology: next };
}

/** Empties a node, into `heir` if there is one. Refused when too few nodes would be left. */
export function drainNode(topology: Topology, nodeId: NodeId, heir?: NodeId): TransitionResult {
  if (!topology.nodes.has(nodeId)) return refused('node_not_found', `there is no node ${nodeId}`);
  if (heir !== undefined && topology.nodes.get(heir)?.intent !== 'active') {
    return refused('node_not_found', `there is no node ${heir}, or it is being drained itself`);
  }
  const active = activeNodes(topology).filter((node) => node.nodeId !== nodeId);
  const staying = new Set(active.map((node) => node.nodeId));
  const left = staying.size;
  for (const { name, replicationFactor, partitions, state } of topology.collections.values()) {
    const isHeld = partitions.some((entry) => replicaOf(entry, nodeId) !== undefined);
    if (state === 'dropping' || !isHeld || left >= replicationFactor) continue;
    if (heir !== undefined) {
      // Copies that there are too few nodes for already can still go from one to the other.
      const partition = stuckPartition(partitions, nodeId, staying);
      if (partition < 0) continue;
      const message =
        `replacement_node_id ${heir} cannot take partition ${partition} of collection ${name}: ` +
        `each of the ${left} nodes that stay has a copy already, and replication_factor is ` +
        `${replicationFactor}, so at least ${replicationFactor} must stay: add one first, or ask ` +
        'for fewer copies';
      return refused('not_enough_nodes', message);
    }
    const message =
      `node_id ${nodeId} cannot be drained: replication_factor of collection ${name} is ` +
      `${replicationFactor}, and without it there are ${left} nodes: add one first, or ask for ` +
      'fewer copies';
    return refused('not_enough_nodes', message);
  }
  return setNodeIntent(topology, nodeId, 'draining', heir);
}

/** The first partition whose copy on the node no other can relieve, since all that stay have one. */
function stuckPartition(
  partitions: readonly PartitionEntry[],
  nodeId: NodeId,
  staying: ReadonlySet<NodeId>,
): number {
  return partitions.findIndex((entry) => {
    const relieved = new Set(entry.replicas.map(({ move }) => move?.from));
    if (replicaOf(entry, nodeId) === undefined || relieved.has(nodeId)) return false;
    const lasting = entry.replicas.filter((r) => staying.has(r.nodeId) && !relieved.has(r.nodeId));
    return lasting.length >= staying.size;
  });
}

function withCollections(
  { clusterId, epoch, nodes, collections, areMovesPaused }: Topology,
  edit: (collection: CollectionEntry) => CollectionEntry,
): { kind: 'changed'; topology: Topology } {
  const edited = [...collections.values()].map(edit);
  const topology = makeTopology(clusterId, epoch + 1, nodes.values(), edited, areMovesPaused);
  return { kind: 'changed', topology };
}

function entryOf(topology: Topology, ref: ReplicaRef): PartitionEntry | undefined {
  return topology.collections.get(ref.collectionId)?.partitions[ref.partition];
}

function replicaOf(entry: PartitionEntry | undefined, nodeId: NodeId): ReplicaEntry | undefined {
  return entry?.replicas.find((replica) => replica.nodeId === nodeId);
}
