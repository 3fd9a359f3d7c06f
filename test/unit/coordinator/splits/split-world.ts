/**
 * Several coordinators, three nodes and a collection of one partition that is split into two, as a
 * model that takes one small step at a time: a message arrives or is lost, a coordinator or a node
 * hears of a newer topology, a replica is copied, the split begins, ends or is given up. The decisions
 * are the real ones (`PendingWrite`, the transitions); nodes take only what carries the generation that
 * they know, and refuse to be told of an older topology.
 */
import { partitionOf } from '../../../../src/base/hash64.js';
import { collectionId, type NodeId } from '../../../../src/base/ids.js';
import {
  awaitReplica,
  promoteReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  beginSplit,
  cancelSplit,
  finishSplit,
} from '../../../../src/coordinator/topology/split-transitions.js';
import {
  type CollectionEntry,
  collectionInForce,
  emptyTopology,
  makeTopology,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import type { PendingWrite } from '../../../../src/coordinator/write/pending-write.js';
import type { Consistency } from '../../../../src/coordinator/write/replica-set-view.js';
import type { WriteAcksEffect } from '../../../../src/coordinator/write/write-acks-effect.js';
import { divideOps } from '../../../../src/coordinator/write/write-plan.js';
import type { WriteOp } from '../../../../src/wire/link-messages.js';
import { newCollection, node } from '../topology/topology-kit.js';
import { grown, pendingNode, pendingOf, pretendFilled, type Sent, sentNow } from './split-kit.js';
import { NAMES, NODES, SplitNodes } from './split-nodes.js';

const COLLECTION = newCollection('docs', [['a', 'b']]);
const CONSISTENCIES: Consistency[] = ['in_sync', 'in_sync', 'one'];

/** What may be wrong with it, to show that the model finds that. */
export type Plant = 'none' | 'await_without_fence' | 'finish_unfilled' | 'no_double_write';

interface ModelWrite {
  id: number;
  documentId: string;
  coordinator: number;
  consistency: Consistency;
  pending: PendingWrite;
  isAcknowledged: boolean;
  isFinished: boolean;
}

type Message =
  | {
      kind: 'write';
      write: ModelWrite;
      pending: PendingWrite;
      member: NodeId;
      sent: Sent | undefined;
    }
  | { kind: 'evict'; write: ModelWrite; pending: PendingWrite; member: NodeId };

export interface Step {
  kind: 'write' | 'arrive' | 'lose' | 'hear' | 'assign' | 'copy' | 'control' | 'split' | 'cancel';
  n: number;
}

export class SplitWorld {
  #topology: Topology;
  readonly #known: Topology[];
  readonly #nodes: SplitNodes;
  readonly #writes: ModelWrite[] = [];
  readonly #messages: Message[] = [];
  readonly #plant: Plant;
  splitCount = 0;
  #begunCount = 0;

  constructor(coordinatorCount: number, plant: Plant = 'none') {
    let topology = emptyTopology('cluster');
    for (const name of NAMES) topology = grown(addNode(topology, node(name)));
    topology = grown(createCollection(topology, { ...COLLECTION, minInSync: 1 }));
    this.#topology = grown(markCollectionReady(topology, COLLECTION.id));
    this.#known = Array.from({ length: coordinatorCount }, () => this.#topology);
    this.#plant = plant;
    this.#nodes = new SplitNodes(this.#topology);
  }

  get acknowledgedCount(): number {
    return this.#writes.filter(({ isAcknowledged }) => isAcknowledged).length;
  }

  /** Undefined: every replica in sync, of a filling collection too, has every acknowledged write. */
  flaw(): string | undefined {
    for (const collection of this.#topology.collections.values()) {
      if (collection.state === 'retired') continue;
      for (const [partition, { replicas }] of collection.partitions.entries()) {
        for (const { nodeId: id, state } of replicas) {
          if (state !== 'in_sync') continue;
          const held = this.#nodes.replica(id, collection.id, partition)?.holds ?? new Set();
          const count = collection.partitions.length;
          const lost = this.#writes.find((write) => {
            const isDurable = write.consistency === 'in_sync' || write.isFinished;
            const isHere = partitionOf(write.documentId, count) === partition;
            return isHere && write.isAcknowledged && isDurable && !held.has(write.id);
          });
          const where = `${collection.state} ${partition} of ${count} on ${id}`;
          if (lost !== undefined) return `${where} is in sync and lacks write ${lost.id}`;
        }
      }
    }
    return undefined;
  }

  step({ kind, n }: Step): void {
    if (kind === 'write') this.#begin(n);
    else if (kind === 'arrive') this.#arrive(n, true);
    else if (kind === 'lose') this.#arrive(n, false);
    else if (kind === 'hear') this.#hear(n % this.#known.length);
    else if (kind === 'assign') this.#assign(n);
    else if (kind === 'copy') this.#nodes.copy(n, this.#topology, (id) => this.#documentOf(id));
    else if (kind === 'control') this.#control(n);
    else if (kind === 'split') this.#split();
    else this.#cancel();
  }

  #documentOf(write: number): string {
    return this.#writes[write]?.documentId ?? '';
  }

  #begin(n: number): void {
    const coordinator = n % this.#known.length;
    const topology = this.#known[coordinator] as Topology;
    const collection = collectionInForce(topology, COLLECTION.id) as CollectionEntry;
    const documentId = `doc-${n % 16}`;
    const op: WriteOp = { kind: 'delete', id: documentId };
    const [plan] = divideOps([op], 1n, collection.partitions.length);
    const consistency = CONSISTENCIES[n % CONSISTENCIES.length] as Consistency;
    if (plan === undefined) return;
    const pending = pendingOf(plan, collection, topology, consistency);
    const write = { id: this.#writes.length, documentId, coordinator, consistency, pending };
    const begun = { ...write, isAcknowledged: false, isFinished: false };
    this.#writes.push(begun);
    this.#perform(begun, pending, pending.acks.start(0));
  }

  #perform(write: ModelWrite, pending: PendingWrite, effects: readonly WriteAcksEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const { nodeId: member, delayMs } = effect;
        const sent = delayMs > 0 ? undefined : sentNow(pending, member);
        this.#messages.push({ kind: 'write', write, pending, member, sent });
      } else if (effect.kind === 'evict') {
        this.#messages.push({ kind: 'evict', write, pending, member: effect.nodeId });
      } else if (effect.kind === 'settle') {
        write.isAcknowledged ||= effect.settlement.status === 'acknowledged';
      } else if (effect.kind === 'finish') write.isFinished = true;
    }
  }

  #arrive(n: number, isWell: boolean): void {
    const [message] = this.#messages.splice(n % Math.max(1, this.#messages.length), 1);
    if (message === undefined) return;
    const { write, pending, member } = message;
    // What became of a write that goes on by other partitions does not matter; that it arrives does.
    const isCurrent = write.pending === pending && !pending.acks.isFinished;
    if (message.kind === 'evict') {
      if (!isCurrent) return;
      const result = setReplicaState(this.#topology, pending.refOf(member), 'recovering');
      if (result.kind !== 'refused') this.#topology = result.topology;
      this.#hear(write.coordinator);
      if (write.pending !== pending) return;
      const effects =
        result.kind === 'refused'
          ? pending.acks.evictionRefused(member, result.message)
          : pending.acks.evicted(member);
      this.#perform(write, pending, effects);
      return;
    }
    if (message.sent === undefined && !isCurrent) return;
    const { generation, collection, target } = message.sent ?? sentNow(pending, member);
    const holder = this.#nodes.replica(pendingNode(member), collection, target.partition);
    const take = () => {
      holder?.holds.add(write.id);
      holder?.live.add(write.id);
    };
    const isTaken = holder?.generation === target.generation && (isWell || n % 2 === 0);
    const isForgotten = this.#plant === 'no_double_write' && member.includes('/');
    if (isTaken && !isForgotten) take();
    if (!isCurrent) return;
    const { acks } = pending;
    let effects: WriteAcksEffect[];
    if (!isWell) effects = acks.failed(member, generation, 'timed_out', '', 2_000);
    else if (isTaken) {
      const results = [{ isApplied: true, existed: false, version: 1n }];
      const isOwn = !member.includes('/');
      effects = acks.acknowledged(member, generation, isOwn ? results : undefined);
    } else if (holder === undefined) effects = acks.failed(member, generation, 'missing', '', 0);
    else {
      const isStale = target.generation < holder.generation;
      const cause = isStale ? 'stale_generation' : 'unknown_generation';
      effects = acks.failed(member, generation, cause, '', 0);
    }
    this.#perform(write, pending, effects);
  }

  #hear(coordinator: number): void {
    const topology = this.#topology;
    this.#known[coordinator] = topology;
    const collection = collectionInForce(topology, COLLECTION.id) as CollectionEntry;
    for (const write of this.#writes) {
      const { pending } = write;
      if (write.coordinator !== coordinator || pending.acks.isFinished) continue;
      if (pending.collectionId === collection.id) {
        const effects = pending.acks.setChanged(pending.follow(topology, collection));
        this.#perform(write, pending, effects);
        continue;
      }
      const [part] = pending.partsFor(collection);
      if (part === undefined) continue;
      const next = pendingOf(part.write, collection, topology, write.consistency);
      write.pending = next;
      this.#perform(write, next, next.acks.start(0));
    }
  }

  #assign(n: number): void {
    const topology = this.#known[n % this.#known.length] as Topology;
    const to = NODES[Math.floor(n / this.#known.length) % NODES.length] as NodeId;
    this.#nodes.tell(to, topology);
  }

  #control(n: number): void {
    for (const collection of this.#topology.collections.values()) {
      if (collection.state === 'retired') continue;
      const partition = n % collection.partitions.length;
      const { generation, replicas } = collection.partitions[partition] ?? { replicas: [] };
      const replica = replicas[Math.floor(n / 5) % replicas.length];
      if (replica?.state !== 'recovering' || generation === undefined) continue;
      const report = this.#nodes.replica(replica.nodeId, collection.id, partition);
      if (report?.equalIn !== generation) continue;
      const ref = { collectionId: collection.id, partition, nodeId: replica.nodeId };
      const before = this.#topology;
      const result = replica.isAwaited
        ? promoteReplica(before, ref, generation)
        : awaitReplica(before, ref, generation);
      if (result.kind !== 'changed') continue;
      this.#topology = result.topology;
      if (this.#plant === 'await_without_fence') this.#unfence(before, collection);
      return;
    }
  }

  /** The collection that is split keeps the generation that it had. */
  #unfence(before: Topology, { splitOf }: CollectionEntry): void {
    const split = splitOf && before.collections.get(splitOf);
    if (split === undefined) return;
    const { clusterId, epoch, nodes, collections } = this.#topology;
    const kept = new Map(collections).set(split.id, split);
    this.#topology = makeTopology(clusterId, epoch, nodes.values(), kept.values());
  }

  #split(): void {
    const inForce = collectionInForce(this.#topology, COLLECTION.id) as CollectionEntry;
    const fillingId = this.#topology.fillingIds.get(inForce.id);
    if (fillingId === undefined && inForce.partitions.length === 1) {
      this.#begunCount += 1;
      const placement = [
        ['a', 'b'],
        ['b', 'c'],
      ] as readonly (readonly string[])[] as readonly (readonly NodeId[])[];
      const id = collectionId(`${this.#begunCount}`);
      const spec = { splitOf: inForce.id, id, placement, begunAtMs: 1 };
      this.#topology = grown(beginSplit(this.#topology, spec));
    } else if (fillingId !== undefined) {
      const filling = this.#topology.collections.get(fillingId) as CollectionEntry;
      const before =
        this.#plant === 'finish_unfilled' ? pretendFilled(this.#topology, filling) : this.#topology;
      const result = finishSplit(before, fillingId);
      if (result.kind !== 'changed') return;
      this.#topology = result.topology;
      this.splitCount += 1;
    }
  }

  #cancel(): void {
    const [fillingId] = this.#topology.fillingIds.values();
    if (fillingId !== undefined) this.#topology = grown(cancelSplit(this.#topology, fillingId));
  }
}
