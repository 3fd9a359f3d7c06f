/**
 * The topology to go on with after the one in force was lost: a backup, brought up to date by what the
 * nodes remember. Each node knows, of every replica that it holds, the generation that it was told last
 * and whether the replica was in sync in it; and writes of a generation are only acknowledged by nodes
 * that know it. So, where nodes know a newer generation of a partition than the backup, the replicas
 * that were in sync in the newest one hold everything that was acknowledged; others recover from them.
 *
 * That holds as long as every node answers. What cannot be known, or is given up, is named.
 */
import type { CollectionId, Epoch, Generation, NodeId, Partition } from '../../base/ids.js';
import {
  type CollectionEntry,
  makeTopology,
  type NodeEntry,
  type PartitionEntry,
  type ReplicaEntry,
  type ReplicaState,
  type Topology,
} from '../topology/topology.js';

/** What a node said of itself. */
export interface NodeMemory {
  nodeId: NodeId;
  address: string;
  epoch: Epoch;
  replicas: readonly RememberedReplica[];
}

export interface RememberedReplica {
  collection: CollectionId;
  partition: Partition;
  generation: Generation;
  state: ReplicaState;
}

export interface Restored {
  topology: Topology;
  /** What is not as in the backup. */
  changes: string[];
  /** What may be lost; empty: nothing. */
  losses: string[];
}

interface Holder extends RememberedReplica {
  nodeId: NodeId;
}

export function restoredTopology(backup: Topology, memories: readonly NodeMemory[]): Restored {
  return new Restoration(backup, memories).run();
}

class Restoration {
  readonly #backup: Topology;
  readonly #memories: ReadonlyMap<NodeId, NodeMemory>;
  readonly #holders: readonly Holder[];
  readonly #changes: string[] = [];
  readonly #losses: string[] = [];

  constructor(backup: Topology, memories: readonly NodeMemory[]) {
    this.#backup = backup;
    this.#memories = new Map(memories.map((memory) => [memory.nodeId, memory]));
    this.#holders = memories.flatMap(({ nodeId, replicas }) =>
      replicas.map((replica) => ({ ...replica, nodeId })),
    );
  }

  run(): Restored {
    const { clusterId, epoch, collections, areMovesPaused } = this.#backup;
    const nodes = this.#nodes();
    const kept = [...collections.values()].flatMap((one) => this.#collection(one) ?? []);
    this.#nameUnknownCollections();
    const newest = Math.max(epoch, ...[...this.#memories.values()].map((memory) => memory.epoch));
    return {
      topology: makeTopology(clusterId, newest + 1, nodes, kept, areMovesPaused),
      changes: this.#changes,
      losses: this.#losses,
    };
  }

  #nodes(): NodeEntry[] {
    const { nodes } = this.#backup;
    for (const nodeId of nodes.keys()) {
      if (this.#memories.has(nodeId)) continue;
      this.#losses.push(`node ${nodeId} does not answer, and may know of newer writes`);
    }
    const joined = [...this.#memories.values()].filter(({ nodeId }) => !nodes.has(nodeId));
    for (const { nodeId } of joined) this.#changes.push(`node ${nodeId} joined since`);
    const added = joined.map(({ nodeId, address }): NodeEntry => {
      return { nodeId, address, zone: nodeId, weight: 1, intent: 'active' };
    });
    const known = [...nodes.values()].map((node) => {
      return { ...node, address: this.#memories.get(node.nodeId)?.address ?? node.address };
    });
    return [...known, ...added];
  }

  /** Undefined: it was dropped since. */
  #collection(collection: CollectionEntry): CollectionEntry | undefined {
    const { id, name, state, splitOf } = collection;
    const holders = this.#holders.filter((holder) => holder.collection === id);
    const isSince = (memory: NodeMemory) => memory.epoch > this.#backup.epoch;
    const isComplete = [...this.#backup.nodes.keys()].every((one) => this.#memories.has(one));
    if (isComplete && holders.length === 0 && [...this.#memories.values()].every(isSince)) {
      this.#changes.push(`collection ${name} was dropped since`);
      return undefined;
    }
    if (splitOf !== undefined) {
      this.#losses.push(`collection ${name} was being split, and may have been in force since`);
    }
    if (state === 'dropping' || state === 'retired') return collection;
    let changedCount = 0;
    const partitions = collection.partitions.map((entry, partition) => {
      const own = holders.filter((holder) => holder.partition === partition);
      const newest = Math.max(entry.generation, ...own.map(({ generation }) => generation));
      if (newest > entry.generation) changedCount += 1;
      const replicas =
        newest > entry.generation
          ? this.#asRemembered(own, newest, entry)
          : this.#asBackedUp(own, entry);
      const place = `partition ${partition} of ${name}`;
      // Whatever it has reached since is not known: what the collection asks for is safe.
      const { minInSync } = newest > entry.generation ? {} : entry;
      return {
        generation: newest + 1,
        ...(minInSync === undefined ? {} : { minInSync }),
        replicas: this.#withOneInSync(place, replicas, own),
      };
    });
    if (changedCount > 0) {
      this.#changes.push(`${changedCount} partitions of ${name} as the nodes know them`);
    }
    return { ...collection, partitions };
  }

  /** The nodes know better: those in sync in the newest generation, and others that have files. */
  #asRemembered(
    own: readonly Holder[],
    newest: Generation,
    { replicas }: PartitionEntry,
  ): ReplicaEntry[] {
    const silent = replicas.filter(({ nodeId }) => !this.#memories.has(nodeId));
    return [
      ...own.map(({ nodeId, generation, state }): ReplicaEntry => {
        const isInSync = generation === newest && state === 'in_sync';
        return { nodeId, state: isInSync ? 'in_sync' : 'recovering' };
      }),
      ...silent.map(({ nodeId }): ReplicaEntry => ({ nodeId, state: 'recovering' })),
    ];
  }

  /** No node knows anything newer; but one may have lost what it held. */
  #asBackedUp(own: readonly Holder[], { replicas }: PartitionEntry): ReplicaEntry[] {
    return replicas.map(({ nodeId, state }): ReplicaEntry => {
      const isGone = this.#memories.has(nodeId) && !own.some((holder) => holder.nodeId === nodeId);
      return { nodeId, state: isGone ? 'recovering' : state };
    });
  }

  /** Without any, the best that there is, which is then named as a loss. */
  #withOneInSync(
    place: string,
    replicas: readonly ReplicaEntry[],
    own: readonly Holder[],
  ): ReplicaEntry[] {
    if (replicas.some(({ state }) => state === 'in_sync')) return [...replicas];
    const [best] = [...own].sort(
      (a, b) =>
        Number(b.state === 'in_sync') - Number(a.state === 'in_sync') ||
        b.generation - a.generation,
    );
    const chosen = best?.nodeId ?? replicas[0]?.nodeId;
    this.#losses.push(
      best === undefined
        ? `${place}: no node that answers has a copy of it`
        : `${place}: no node that answers is known to hold every write; ${best.nodeId} is closest`,
    );
    return replicas.map((one) => (one.nodeId === chosen ? { ...one, state: 'in_sync' } : one));
  }

  #nameUnknownCollections(): void {
    const { collections } = this.#backup;
    const unknown = new Set(
      this.#holders.map(({ collection }) => collection).filter((id) => !collections.has(id)),
    );
    for (const id of unknown) {
      this.#losses.push(`a collection that was made since (${id}) is given up`);
    }
  }
}
