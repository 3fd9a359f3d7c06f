/**
 * One partition's write on its way: its machine, the replica set that this follows, and what is sent to
 * whom. Its generations are counted here: they grow with every change of the set, also when a split of
 * the collection begins or is given up.
 */
import type { CollectionId, Generation, NodeId, Partition } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { WriteOp, WriteTarget } from '../../wire/link-messages.js';
import { encodeWriteOps } from '../../wire/write-ops-codec.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';
import type { CollectionEntry, Topology } from '../topology/topology.js';
import { newOutcomes, type OpOutcome } from './op-outcomes.js';
import type { ReplicaSetView } from './replica-set-view.js';
import { WriteAcks } from './write-acks.js';
import type { WriteAcksOptions } from './write-acks-effect.js';
import { placeOfMember } from './write-members.js';
import { divideOps, opsByPartition, type PartitionWrite } from './write-plan.js';
import { writeSetOf } from './write-set.js';

/** More than replicas can leave a set at once: what lies between two is no mere shrinking. */
const NEW_SET_GAP = 1_000_000;

interface Share {
  ops: WriteOp[];
  encodedOps: Uint8Array | undefined;
}

export class PendingWrite {
  readonly write: PartitionWrite;
  readonly collectionId: CollectionId;
  readonly acks: WriteAcks;
  /** What the replica that refused it last asked for; 0: nothing. */
  retryAfterMs = 0;
  /** Its caller has an answer, and gets no other. */
  isAnswered = false;
  readonly #outcomes: OpOutcome[];
  #topology: Topology;
  #fillingId: CollectionId | undefined;
  #generation: Generation = 0;
  #offset = 0;
  #shares: { count: number; byPartition: Map<Partition, Share> } | undefined;

  constructor(
    write: PartitionWrite,
    collection: CollectionEntry,
    topology: Topology,
    options: Omit<WriteAcksOptions, 'opCount'>,
  ) {
    this.write = write;
    this.#outcomes = options.outcomes ?? newOutcomes(write.ops.length);
    this.collectionId = collection.id;
    this.#topology = topology;
    this.acks = new WriteAcks(this.follow(topology, collection), {
      ...options,
      opCount: write.ops.length,
      outcomes: this.#outcomes,
    });
  }

  /** The set by a newer topology. */
  follow(topology: Topology, collection: CollectionEntry): ReplicaSetView {
    this.#topology = topology;
    const { view, fillingId } = writeSetOf(topology, collection, this.write.partition, (count) =>
      this.#sharesBy(count).keys(),
    );
    if (fillingId !== this.#fillingId) {
      this.#fillingId = fillingId;
      this.#offset = this.#generation + NEW_SET_GAP - view.generation;
    }
    this.#generation = view.generation + this.#offset;
    return { ...view, generation: this.#generation };
  }

  refOf(member: NodeId): ReplicaRef {
    const { nodeId, fillingPartition } = placeOfMember(member);
    if (fillingPartition === undefined) {
      return { collectionId: this.collectionId, partition: this.write.partition, nodeId };
    }
    return {
      collectionId: this.#fillingId ?? this.collectionId,
      partition: fillingPartition,
      nodeId,
    };
  }

  /** What is sent to a replica now. */
  targetOf(member: NodeId): WriteTarget {
    const { partition, collectionId } = this.refOf(member);
    const entry = this.#topology.collections.get(collectionId)?.partitions[partition];
    const { fillingPartition } = placeOfMember(member);
    return {
      partition,
      generation: entry?.generation ?? 0,
      version: this.write.version,
      ops: fillingPartition === undefined ? this.write.encodedOps : this.#shareOps(partition),
    };
  }

  /** Its parts by the partitions of the collection that took the place of its own. */
  partsFor({ partitions }: CollectionEntry): { write: PartitionWrite; outcomes: OpOutcome[] }[] {
    const { write } = this;
    return divideOps(write.ops, write.version, partitions.length).map((part) => {
      const outcomes = part.ops.map((op) => this.#outcomes[write.ops.indexOf(op)] as OpOutcome);
      return { write: part, outcomes };
    });
  }

  #shareOps(partition: Partition): Uint8Array {
    const share = this.#shares?.byPartition.get(partition);
    invariant(share !== undefined, 'what is sent to a filling partition is its share');
    share.encodedOps ??= encodeWriteOps(share.ops);
    return share.encodedOps;
  }

  #sharesBy(count: number): ReadonlyMap<Partition, Share> {
    if (this.#shares?.count === count) return this.#shares.byPartition;
    const byPartition = new Map<Partition, Share>();
    for (const [partition, ops] of opsByPartition(this.write.ops, count)) {
      byPartition.set(partition, { ops, encodedOps: undefined });
    }
    this.#shares = { count, byPartition };
    return byPartition;
  }
}
