/**
 * Changes of the topology as pure functions: from one value to the next, with the epoch one higher,
 * or a reason why not. They are computed against whatever topology is in force and tried again when
 * another coordinator was quicker (`topology-editor.ts`), so they look at nothing but their arguments.
 */
import type { CollectionId, NodeId } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { Metric } from '../../base/metric.js';
import type { BalancingPolicy } from '../balancing/replica-picker.js';
import type { Placement } from './ring-placement.js';
import {
  type CollectionEntry,
  collectionByName,
  fillingOf,
  makeTopology,
  type NodeEntry,
  type NodeIntent,
  replicasOnNode,
  type Topology,
} from './topology.js';

export type RefusalReason =
  | 'collection_exists'
  | 'collection_not_found'
  | 'node_not_found'
  | 'node_holds_replicas'
  | 'partition_not_found'
  | 'replica_exists'
  | 'replica_not_found'
  | 'last_in_sync_replica'
  | 'not_enough_nodes'
  | 'split_impossible';

export type TransitionResult =
  | { kind: 'changed'; topology: Topology }
  /** All is as asked already; the topology is the one that was given. */
  | { kind: 'unchanged'; topology: Topology }
  | { kind: 'refused'; reason: RefusalReason; message: string };

export type Transition = (topology: Topology) => TransitionResult;

export function refused(reason: RefusalReason, message: string): TransitionResult {
  return { kind: 'refused', reason, message };
}

export type JoiningNode = Pick<NodeEntry, 'nodeId' | 'address' | 'zone' | 'weight'>;

/**
 * Adds a node, or updates address, zone and weight of the one with this id, except for what an
 * operator has set; its intent stays.
 */
export function addNode(topology: Topology, node: JoiningNode): TransitionResult {
  invariant(node.weight > 0, `node ${node.nodeId} has weight ${node.weight}`);
  const known = topology.nodes.get(node.nodeId);
  if (known === undefined) return changed(topology, { node: { ...node, intent: 'active' } });
  const { pinned = [] } = known;
  const updated = {
    ...known,
    address: node.address,
    zone: pinned.includes('zone') ? known.zone : node.zone,
    weight: pinned.includes('weight') ? known.weight : node.weight,
  };
  const isSame =
    known.address === updated.address &&
    known.zone === updated.zone &&
    known.weight === updated.weight;
  return isSame ? { kind: 'unchanged', topology } : changed(topology, { node: updated });
}

/** An operator's word on zone and weight: it stands until the next one. */
export function pinNode(
  topology: Topology,
  nodeId: NodeId,
  wanted: { zone?: string; weight?: number },
): TransitionResult {
  const known = topology.nodes.get(nodeId);
  if (known === undefined) return refused('node_not_found', `there is no node ${nodeId}`);
  const pinned = new Set(known.pinned);
  if (wanted.zone !== undefined) pinned.add('zone');
  if (wanted.weight !== undefined) pinned.add('weight');
  const node = { ...known, ...wanted, pinned: [...pinned] };
  if (JSON.stringify(node) === JSON.stringify(known)) return { kind: 'unchanged', topology };
  return changed(topology, { node });
}

export function setMovesPaused(topology: Topology, areMovesPaused: boolean): TransitionResult {
  if (topology.areMovesPaused === areMovesPaused) return { kind: 'unchanged', topology };
  const { nodes, collections } = topology;
  const changedTopology = { ...topology, areMovesPaused };
  return { kind: 'changed', topology: next(changedTopology, nodes.values(), collections.values()) };
}

export function setNodeIntent(
  topology: Topology,
  nodeId: NodeId,
  intent: NodeIntent,
  replacedBy?: NodeId,
): TransitionResult {
  const known = topology.nodes.get(nodeId);
  if (known === undefined) return refused('node_not_found', `there is no node ${nodeId}`);
  if (known.intent === intent && known.replacedBy === replacedBy) {
    return { kind: 'unchanged', topology };
  }
  const { replacedBy: _, ...rest } = known;
  const node = { ...rest, intent, ...(replacedBy === undefined ? {} : { replacedBy }) };
  return changed(topology, { node });
}

/** Since when a node is down; undefined: it is up again. */
export function noteDown(
  topology: Topology,
  nodeId: NodeId,
  downSinceMs: number | undefined,
): TransitionResult {
  const known = topology.nodes.get(nodeId);
  if (known === undefined || known.downSinceMs === downSinceMs) {
    return { kind: 'unchanged', topology };
  }
  const { downSinceMs: _, ...rest } = known;
  const node = downSinceMs === undefined ? rest : { ...rest, downSinceMs };
  return changed(topology, { node });
}

/** Forgets a node. Refused while it holds replicas. */
export function removeNode(topology: Topology, nodeId: NodeId): TransitionResult {
  if (!topology.nodes.has(nodeId)) return refused('node_not_found', `there is no node ${nodeId}`);
  const held = replicasOnNode(topology, nodeId).length;
  if (held > 0) {
    return refused('node_holds_replicas', `node ${nodeId} still holds ${held} replicas`);
  }
  const nodes = [...topology.nodes.values()].filter((node) => node.nodeId !== nodeId);
  return { kind: 'changed', topology: next(topology, nodes, topology.collections.values()) };
}

export interface NewCollection {
  id: CollectionId;
  name: string;
  dimension: number;
  metric: Metric;
  m: number;
  efConstruction: number;
  replicationFactor: number;
  /** Default: all copies but one, and at least 1, so that one dead node blocks no write. */
  minInSync?: number;
  /** Default: `least_outstanding`. */
  balancingPolicy?: BalancingPolicy;
  placement: Placement;
  /** Wall-clock instant. */
  createdAtMs: number;
}

export function defaultMinInSync(replicationFactor: number): number {
  return Math.max(1, replicationFactor - 1);
}

/** Adds a collection in state `creating`, every replica in sync: there is nothing to copy yet. */
export function createCollection(topology: Topology, spec: NewCollection): TransitionResult {
  invariant(!topology.collections.has(spec.id), `collection id ${spec.id} is used already`);
  invariant(spec.placement.length > 0, `collection ${spec.name} without partitions`);
  if (collectionByName(topology, spec.name) !== undefined) {
    return refused('collection_exists', `there is a collection ${spec.name} already`);
  }
  for (const nodeId of new Set(spec.placement.flat())) {
    if (topology.nodes.has(nodeId)) continue;
    return refused('node_not_found', `there is no node ${nodeId} to place ${spec.name} on`);
  }
  const { placement, minInSync, ...rest } = spec;
  const collection: CollectionEntry = {
    ...rest,
    state: 'creating',
    minInSync: minInSync ?? defaultMinInSync(spec.replicationFactor),
    partitions: placement.map((nodeIds) => ({
      generation: 1,
      replicas: nodeIds.map((nodeId) => ({ nodeId, state: 'in_sync' as const })),
    })),
  };
  return changed(topology, { collection });
}

/** Its replicas exist: requests may come. */
export function markCollectionReady(topology: Topology, id: CollectionId): TransitionResult {
  const collection = topology.collections.get(id);
  if (collection?.state === 'ready') return { kind: 'unchanged', topology };
  if (collection?.state !== 'creating') return noCollection(id);
  return changed(topology, { collection: { ...collection, state: 'ready' } });
}

/**
 * Takes the collection from its callers and frees its name; its replicas are still to be removed. What
 * was to take its place is given up.
 */
export function dropCollection(topology: Topology, name: string): TransitionResult {
  const collection = collectionByName(topology, name);
  if (collection === undefined) return noCollection(name);
  const filling = fillingOf(topology, collection.id);
  const without = filling === undefined ? topology : withoutCollection(topology, filling.id);
  return changed(without, { collection: { ...collection, state: 'dropping' } });
}

/** Forgets a dropped collection, once no node holds anything of it. */
export function forgetCollection(topology: Topology, id: CollectionId): TransitionResult {
  const collection = topology.collections.get(id);
  if (collection === undefined) return { kind: 'unchanged', topology };
  invariant(collection.state === 'dropping', `collection ${collection.name} is not dropped`);
  return { kind: 'changed', topology: withoutCollection(topology, id) };
}

/** The next topology, which knows nothing of the collection. */
export function withoutCollection(topology: Topology, id: CollectionId): Topology {
  const others = [...topology.collections.values()].filter((other) => other.id !== id);
  return next(topology, topology.nodes.values(), others);
}

export function noCollection(nameOrId: string): TransitionResult {
  return refused('collection_not_found', `there is no collection ${nameOrId}`);
}

/** The next topology, with a node or collections put in place of those with the same id. */
export function changed(
  topology: Topology,
  change: { node?: NodeEntry; collection?: CollectionEntry; others?: readonly CollectionEntry[] },
): TransitionResult {
  const nodes = new Map(topology.nodes);
  if (change.node) nodes.set(change.node.nodeId, change.node);
  const collections = new Map(topology.collections);
  if (change.collection) collections.set(change.collection.id, change.collection);
  for (const other of change.others ?? []) collections.set(other.id, other);
  return { kind: 'changed', topology: next(topology, nodes.values(), collections.values()) };
}

function next(
  topology: Topology,
  nodes: Iterable<NodeEntry>,
  collections: Iterable<CollectionEntry>,
): Topology {
  const { clusterId, epoch, areMovesPaused } = topology;
  return makeTopology(clusterId, epoch + 1, nodes, collections, areMovesPaused);
}
