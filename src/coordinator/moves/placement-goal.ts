/**
 * Where the replicas of a collection should be in the end: what the ring wants of the nodes that last,
 * starting from where replicas are now, or are on their way to. Nodes last when nobody drains them and
 * they are not away for good.
 *
 * A move that is under way counts as done, so that what is begun is not planned again, nor undone by
 * the next node that joins. It counts as not begun when the node that the replica was to leave has
 * become one that lasts again (it is back, or its drain was called off).
 */
import type { CollectionId, NodeId } from '../../base/ids.js';
import { type Placement, placePartitions } from '../topology/ring-placement.js';
import type { CollectionEntry, NodeEntry, PartitionEntry, Topology } from '../topology/topology.js';

export interface Goal {
  /** Of what it was computed for; another key asks for another goal. */
  key: string;
  placement: Placement;
  /** Of each partition: the replication factor, or all nodes that last if they are fewer. */
  copies: number;
}

/** Nodes that may keep, and be given, replicas. */
export function lastingNodes(
  topology: Topology,
  isAway: (nodeId: NodeId) => boolean,
  isUp: (nodeId: NodeId) => boolean,
): NodeEntry[] {
  const holders = new Set<NodeId>();
  for (const { partitions } of topology.collections.values()) {
    for (const { replicas } of partitions) for (const { nodeId } of replicas) holders.add(nodeId);
  }
  // One that was only announced yet, and never seen, would be waited for.
  return [...topology.nodes.values()].filter(
    ({ nodeId, intent }) =>
      intent === 'active' && !isAway(nodeId) && (isUp(nodeId) || holders.has(nodeId)),
  );
}

/** Which node gets all that another one has. */
export function replacements(topology: Topology): Map<NodeId, NodeId> {
  const found = new Map<NodeId, NodeId>();
  for (const { nodeId, intent, replacedBy } of topology.nodes.values()) {
    if (intent === 'draining' && replacedBy !== undefined) found.set(nodeId, replacedBy);
  }
  return found;
}

export function goalKey(
  { partitions, replicationFactor }: CollectionEntry,
  lasting: readonly NodeEntry[],
  replaced: ReadonlyMap<NodeId, NodeId>,
): string {
  const nodes = lasting.map(({ nodeId, zone, weight }) => [nodeId, zone, weight]);
  return JSON.stringify([partitions.length, replicationFactor, nodes, [...replaced]]);
}

/** Undefined while no node lasts. */
export function computeGoal(
  collection: CollectionEntry,
  lasting: readonly NodeEntry[],
  replaced: ReadonlyMap<NodeId, NodeId>,
): Goal | undefined {
  const copies = Math.min(collection.replicationFactor, lasting.length);
  if (copies === 0) return undefined;
  const lastingIds = new Set(lasting.map(({ nodeId }) => nodeId));
  const placed = placePartitions({
    collectionId: collection.id,
    partitionCount: collection.partitions.length,
    replicationFactor: copies,
    nodes: lasting,
    current: collection.partitions.map((entry) => comingNodes(entry, lastingIds, replaced)),
  });
  if (placed.kind !== 'placed') return undefined;
  return { key: goalKey(collection, lasting, replaced), placement: placed.placement, copies };
}

/** Where the replicas of a partition are once the moves under way are over. */
export function comingNodes(
  { replicas }: PartitionEntry,
  lasting: ReadonlySet<NodeId>,
  replaced: ReadonlyMap<NodeId, NodeId> = new Map(),
): NodeId[] {
  const held = new Set(replicas.map(({ nodeId }) => nodeId));
  for (const { nodeId, state, move } of replicas) {
    if (move?.from === undefined || !held.has(move.from)) continue;
    const isForBalance = move.cause === 'balance' && lasting.has(nodeId);
    const isCalledOff = state === 'recovering' && !isForBalance && lasting.has(move.from);
    held.delete(isCalledOff ? nodeId : move.from);
  }
  for (const nodeId of [...held]) {
    const heir = replaced.get(nodeId);
    if (heir === undefined || !lasting.has(heir) || lasting.has(nodeId)) continue;
    held.delete(nodeId);
    held.add(heir);
  }
  return [...held];
}

/** However often nodes change, so many times `settleMs` is as long as it takes. */
const SETTLE_TIMES_MAX = 10;

interface Change {
  key: string;
  sinceMs: number;
  firstMs: number;
}

/**
 * The goals in force. One holds until its nodes or counts change; the next is made once they have
 * stayed the same for `settleMs`: nodes that join together make one plan, and one that flickers makes
 * none. Meanwhile there is no goal.
 */
export class GoalBook {
  readonly #settleMs: number;
  readonly #goals = new Map<CollectionId, Goal>();
  readonly #changes = new Map<CollectionId, Change>();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  get(collection: CollectionId): Goal | undefined {
    return this.#changes.has(collection) ? undefined : this.#goals.get(collection);
  }

  update(topology: Topology, lasting: readonly NodeEntry[], nowMs: number): void {
    const replaced = replacements(topology);
    for (const book of [this.#goals, this.#changes]) {
      for (const id of book.keys()) if (!topology.collections.has(id)) book.delete(id);
    }
    for (const collection of topology.collections.values()) {
      if (collection.state !== 'ready') continue;
      const { id } = collection;
      const key = goalKey(collection, lasting, replaced);
      if (this.#goals.get(id)?.key === key) {
        this.#changes.delete(id);
        continue;
      }
      if (!this.#hasSettled(id, key, nowMs)) continue;
      const goal = computeGoal(collection, lasting, replaced);
      if (goal === undefined) this.#goals.delete(id);
      else this.#goals.set(id, goal);
      this.#changes.delete(id);
    }
  }

  #hasSettled(id: CollectionId, key: string, nowMs: number): boolean {
    const known = this.#changes.get(id);
    const sinceMs = known?.key === key ? known.sinceMs : nowMs;
    const firstMs = known?.firstMs ?? nowMs;
    this.#changes.set(id, { key, sinceMs, firstMs });
    if (nowMs - firstMs >= SETTLE_TIMES_MAX * this.#settleMs) return true;
    return nowMs - sinceMs >= this.#settleMs;
  }
}
