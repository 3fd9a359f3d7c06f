/**
 * The nodes of a split's model: replicas that take only what carries the generation that they know, are
 * told of no older topology, and become equal to a source that is in sync and fenced.
 */
import { partitionOf } from '../../../../src/base/hash64.js';
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import { parentPartition } from '../../../../src/coordinator/topology/replica-transitions.js';
import type { CollectionEntry, Topology } from '../../../../src/coordinator/topology/topology.js';

export const NAMES = ['a', 'b', 'c'];
export const NODES = NAMES.map((name) => nodeId(name));

export interface ModelReplica {
  generation: number;
  isInSync: boolean;
  holds: Set<number>;
  /** Writes that came in this generation. */
  live: Set<number>;
  /** Of the partition whose documents it is filled with, as it was told. */
  originGeneration: number;
  equalIn: number;
}

export class SplitNodes {
  readonly #nodes = new Map<NodeId, { epoch: number; replicas: Map<string, ModelReplica> }>();

  constructor(topology: Topology) {
    for (const id of NODES) this.#nodes.set(id, { epoch: 0, replicas: new Map() });
    for (const id of NODES) this.tell(id, topology);
  }

  replica(id: NodeId, collection: string, partition: number): ModelReplica | undefined {
    return this.#nodes.get(id)?.replicas.get(`${collection}-${partition}`);
  }

  tell(to: NodeId, topology: Topology): void {
    const told = this.#nodes.get(to);
    if (told === undefined || topology.epoch < told.epoch) return;
    told.epoch = topology.epoch;
    const listed = new Set<string>();
    for (const collection of topology.collections.values()) {
      for (const [partition, { generation, replicas }] of collection.partitions.entries()) {
        const own = replicas.find(({ nodeId: id }) => id === to);
        if (own === undefined) continue;
        const name = `${collection.id}-${partition}`;
        listed.add(name);
        const known = told.replicas.get(name);
        const isNewer = known?.generation !== generation;
        told.replicas.set(name, {
          generation,
          isInSync: own.state === 'in_sync',
          holds: known?.holds ?? new Set(),
          live: isNewer ? new Set() : (known?.live ?? new Set()),
          originGeneration: originOf(topology, collection, partition).generation,
          equalIn: known?.equalIn ?? 0,
        });
      }
    }
    for (const name of told.replicas.keys()) if (!listed.has(name)) told.replicas.delete(name);
  }

  /** A recovering replica becomes equal to a source that is in sync and fenced. */
  copy(n: number, topology: Topology, documentIdOf: (write: number) => string): void {
    const collections = [...topology.collections.values()];
    const collection = collections[n % collections.length] as CollectionEntry;
    const partition = Math.floor(n / 4) % collection.partitions.length;
    const to = this.replica(NODES[n % 3] as NodeId, collection.id, partition);
    if (to === undefined || to.isInSync || collection.state === 'retired') return;
    const origin = originOf(topology, collection, partition);
    const from = this.replica(
      NODES[Math.floor(n / 3) % 3] as NodeId,
      origin.collection,
      origin.partition,
    );
    if (from?.isInSync !== true || from.generation < to.originGeneration) return;
    const count = collection.partitions.length;
    const isHere = (id: number) => {
      return partitionOf(documentIdOf(id), count) === partition;
    };
    for (const id of [...to.holds]) {
      if (!from.holds.has(id) && !to.live.has(id)) to.holds.delete(id);
    }
    for (const id of from.holds) if (isHere(id)) to.holds.add(id);
    to.equalIn = to.generation;
  }
}

function originOf(topology: Topology, collection: CollectionEntry, partition: number) {
  const split = collection.splitOf && topology.collections.get(collection.splitOf);
  if (collection.state !== 'filling' || split === undefined) {
    const generation = collection.partitions[partition]?.generation ?? 0;
    return { collection: collection.id, partition, generation };
  }
  const parent = parentPartition(partition, split, collection);
  const generation = split.partitions[parent]?.generation ?? 0;
  return { collection: split.id, partition: parent, generation };
}
