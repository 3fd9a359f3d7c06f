/**
 * The topology: which nodes there are, which collections, and which node holds which partition. A
 * value that never changes; each change makes a new one with the next epoch, sharing what stayed the
 * same (`topology-transitions.ts`, `replica-transitions.ts`). One topology is in force at a time, the
 * one in the topology store, and every coordinator works from an immutable copy.
 */
import type { CollectionId, Epoch, Generation, NodeId, Partition } from '../../base/ids.js';
import type { Metric } from '../../base/metric.js';
import type { BalancingPolicy } from '../balancing/replica-picker.js';

/** `draining`: takes no new replicas, and those it has move away. */
export type NodeIntent = 'active' | 'draining';

export interface NodeEntry {
  readonly nodeId: NodeId;
  /** HOST:PORT of the node's link. */
  readonly address: string;
  readonly zone: string;
  /** Share of the partitions relative to the other nodes; above 0. */
  readonly weight: number;
  readonly intent: NodeIntent;
  /** What an operator has set: the node's own word on it, when it joins again, counts no more. */
  readonly pinned?: readonly ('weight' | 'zone')[];
  /** The node that is to get all it has; it is forgotten once it holds nothing. Only if draining. */
  readonly replacedBy?: NodeId;
  /** Wall-clock instant since which it is down, once that is more than a restart. */
  readonly downSinceMs?: number;
}

/** `in_sync`: holds every acknowledged write. `recovering`: takes writes, answers nothing. */
export type ReplicaState = 'in_sync' | 'recovering';

/**
 * Why a replica moves. `lost`: its node has been away for too long. `copies`: there are too few of
 * them. `drain`, `replace`: an operator wants the node empty. `balance`: the others carry more.
 * `split`: it does not move, it is one of a filling collection (`split-transitions.ts`).
 */
export type MoveCause = 'lost' | 'copies' | 'drain' | 'replace' | 'balance' | 'split';

/** How a replica came to be where it is, as long as that is not over. */
export interface ReplicaMove {
  readonly cause: MoveCause;
  /** The node whose replica is dropped once this one is in sync; absent: it is one more. */
  readonly from?: NodeId;
  /** Replicas in sync when it began, as far as they are wanted: dropping one leaves no fewer. */
  readonly inSyncMin: number;
  /** Wall-clock instant. */
  readonly begunAtMs: number;
}

export interface ReplicaEntry {
  readonly nodeId: NodeId;
  readonly state: ReplicaState;
  /** While it recovers: the replica in sync that it copies from; absent: it waits for its turn. */
  readonly source?: NodeId;
  /**
   * While it recovers: it is about to be put in sync. Writes wait for it as for one in sync, and one
   * that it misses ends this, in the store, before it is acknowledged.
   */
  readonly isAwaited?: true;
  readonly move?: ReplicaMove;
}

export interface PartitionEntry {
  /** Grows with every change of the replicas or their states; starts at 1. */
  readonly generation: Generation;
  /**
   * Fewest in-sync replicas that may acknowledge a write here, while it is fewer than the collection
   * asks for: there have not been so many yet (`in-sync-floor.ts`). Absent: the collection's.
   */
  readonly minInSync?: number;
  /** Nodes differ. */
  readonly replicas: readonly ReplicaEntry[];
}

/**
 * `creating`: nodes are being told to make its replicas. `ready`: serves. `dropping`: gone for
 * callers, its name is free, but nodes still hold files of it. `filling`: will take the place of the
 * collection that it splits, and is being filled from it. `retired`: a filling one took its place;
 * its replicas are there to refuse whoever has not heard of that.
 */
export type CollectionState = 'creating' | 'ready' | 'dropping' | 'filling' | 'retired';

export interface CollectionEntry {
  readonly id: CollectionId;
  readonly name: string;
  readonly state: CollectionState;
  readonly dimension: number;
  readonly metric: Metric;
  /** Links per vector and layer of the graph. */
  readonly m: number;
  /** Candidates examined per insertion into the graph. */
  readonly efConstruction: number;
  /** Copies that each partition should have. */
  readonly replicationFactor: number;
  /** Fewest in-sync replicas that may acknowledge a write, wherever there have been so many. */
  readonly minInSync: number;
  /** How its searches are balanced that do not say; absent: the default. */
  readonly balancingPolicy?: BalancingPolicy;
  /** By partition; a power of two of them. */
  readonly partitions: readonly PartitionEntry[];
  /** While it is filling: the collection that it is to take the place of. */
  readonly splitOf?: CollectionId;
  /** Ids of those whose place it took, the latest last: whoever still means them means this one. */
  readonly formerIds?: readonly CollectionId[];
  /** Wall-clock instant. */
  readonly createdAtMs: number;
}

export interface Topology {
  /** Tells one cluster's nodes and files from another's; given once, never changed. */
  readonly clusterId: string;
  readonly epoch: Epoch;
  readonly nodes: ReadonlyMap<NodeId, NodeEntry>;
  readonly collections: ReadonlyMap<CollectionId, CollectionEntry>;
  /** Of collections that are ready, or will be as soon as they are made. */
  readonly collectionIdsByName: ReadonlyMap<string, CollectionId>;
  /** By the id of a collection that is being split: the one that is filling. */
  readonly fillingIds: ReadonlyMap<CollectionId, CollectionId>;
  /** By the former ids of a collection: its own. */
  readonly heirs: ReadonlyMap<CollectionId, CollectionId>;
  /** An operator wants no replica moved for now. */
  readonly areMovesPaused: boolean;
}

/** The first topology of a cluster: no nodes, no collections, epoch 0. */
export function emptyTopology(clusterId: string): Topology {
  return makeTopology(clusterId, 0, [], []);
}

export function makeTopology(
  clusterId: string,
  epoch: Epoch,
  nodes: Iterable<NodeEntry>,
  collections: Iterable<CollectionEntry>,
  areMovesPaused = false,
): Topology {
  const byId = new Map<CollectionId, CollectionEntry>();
  const idsByName = new Map<string, CollectionId>();
  const fillingIds = new Map<CollectionId, CollectionId>();
  const heirs = new Map<CollectionId, CollectionId>();
  for (const collection of collections) {
    const { id, name, state, splitOf, formerIds = [] } = collection;
    byId.set(id, collection);
    if (isNamed(state)) idsByName.set(name, id);
    if (state === 'filling' && splitOf !== undefined) fillingIds.set(splitOf, id);
    if (state === 'ready') for (const former of formerIds) heirs.set(former, id);
  }
  const nodesById = new Map<NodeId, NodeEntry>();
  for (const node of nodes) nodesById.set(node.nodeId, node);
  return {
    clusterId,
    epoch,
    nodes: nodesById,
    collections: byId,
    collectionIdsByName: idsByName,
    fillingIds,
    heirs,
    areMovesPaused,
  };
}

/** The collection that callers mean by a name; undefined when there is none or it is dropped. */
export function collectionByName(topology: Topology, name: string): CollectionEntry | undefined {
  const id = topology.collectionIdsByName.get(name);
  return id === undefined ? undefined : topology.collections.get(id);
}

/** True for collections that callers know, or will, under their names. */
export function isNamed(state: CollectionState): boolean {
  return state === 'creating' || state === 'ready';
}

/**
 * The collection that an id stands for by now: itself, or the one that took its place. Undefined when
 * it was dropped.
 */
export function collectionInForce(
  topology: Topology,
  id: CollectionId,
): CollectionEntry | undefined {
  const heir = topology.heirs.get(id);
  const found = topology.collections.get(heir ?? id);
  return found !== undefined && isNamed(found.state) ? found : undefined;
}

/** The collection that is being filled to take this one's place. */
export function fillingOf(topology: Topology, id: CollectionId): CollectionEntry | undefined {
  const fillingId = topology.fillingIds.get(id);
  return fillingId === undefined ? undefined : topology.collections.get(fillingId);
}

/** Nodes that may be given replicas. */
export function activeNodes(topology: Topology): NodeEntry[] {
  return [...topology.nodes.values()].filter((node) => node.intent === 'active');
}

export interface HeldReplica {
  collection: CollectionEntry;
  partition: Partition;
  generation: Generation;
  state: ReplicaState;
  source: NodeId | undefined;
}

/** What a node holds, of all collections, those being dropped included. */
export function replicasOnNode(topology: Topology, nodeId: NodeId): HeldReplica[] {
  const held: HeldReplica[] = [];
  for (const collection of topology.collections.values()) {
    collection.partitions.forEach(({ generation, replicas }, partition) => {
      const replica = replicas.find((r) => r.nodeId === nodeId);
      if (replica === undefined) return;
      const { state, source } = replica;
      held.push({ collection, partition, generation, state, source });
    });
  }
  return held;
}
