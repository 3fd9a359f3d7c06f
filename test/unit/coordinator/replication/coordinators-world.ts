/**
 * Several coordinators, three nodes and one partition, as a model that takes one small step at a time:
 * a message arrives or is lost, a coordinator or a node hears of a newer topology, a replica is copied.
 * The decisions are the real ones (`WriteAcks`, the replica transitions); the rest is as the nodes
 * promise: a node takes only what carries the generation that it knows.
 */
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import {
  awaitReplica,
  promoteReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  emptyTopology,
  type PartitionEntry,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  type TransitionResult,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { viewOf } from '../../../../src/coordinator/write/replica-set-view.js';
import { WriteAcks } from '../../../../src/coordinator/write/write-acks.js';
import type { WriteAcksEffect } from '../../../../src/coordinator/write/write-acks-effect.js';
import { newCollection, node } from '../topology/topology-kit.js';

const NAMES = ['a', 'b', 'c'];
const COLLECTION = newCollection('docs', [NAMES]);

interface ModelNode {
  generation: number;
  isInSync: boolean;
  holds: Set<number>;
  /** The generation in which it was found equal to its source. */
  equalIn: number;
}

interface ModelWrite {
  id: number;
  coordinator: number;
  acks: WriteAcks;
  isAcknowledged: boolean;
}

type Message =
  /** `isLater`: it is sent later, in the generation that its write has by then. */
  | { kind: 'write'; write: ModelWrite; to: NodeId; generation: number; isLater: boolean }
  | { kind: 'evict'; write: ModelWrite; to: NodeId };

/** Of each step, `n` chooses among what is possible. */
export interface Step {
  kind: 'write' | 'arrive' | 'lose' | 'hear' | 'assign' | 'copy' | 'control';
  n: number;
}

export class CoordinatorsWorld {
  #topology: Topology;
  readonly #known: Topology[];
  readonly #nodes = new Map<NodeId, ModelNode>();
  readonly #writes: ModelWrite[] = [];
  readonly #messages: Message[] = [];
  readonly #mayPromoteAtOnce: boolean;
  promotedCount = 0;

  constructor(coordinatorCount: number, mayPromoteAtOnce = false) {
    let topology = emptyTopology('cluster');
    for (const name of NAMES) topology = grown(addNode(topology, node(name)));
    this.#topology = grown(createCollection(topology, { ...COLLECTION, minInSync: 1 }));
    this.#known = Array.from({ length: coordinatorCount }, () => this.#topology);
    for (const name of NAMES) {
      const fresh = { generation: 1, isInSync: true, holds: new Set<number>(), equalIn: 0 };
      this.#nodes.set(nodeId(name), fresh);
    }
    this.#mayPromoteAtOnce = mayPromoteAtOnce;
  }

  get acknowledgedCount(): number {
    return this.#writes.filter(({ isAcknowledged }) => isAcknowledged).length;
  }

  /** Undefined: every replica in sync holds every acknowledged write. */
  flaw(): string | undefined {
    for (const replica of this.#entry().replicas) {
      if (replica.state !== 'in_sync') continue;
      const { holds } = this.#node(replica.nodeId);
      const lost = this.#writes.find(({ id, isAcknowledged }) => isAcknowledged && !holds.has(id));
      if (lost !== undefined) return `${replica.nodeId} is in sync and lacks write ${lost.id}`;
    }
    return undefined;
  }

  step({ kind, n }: Step): void {
    if (kind === 'write') this.#begin(n % this.#known.length);
    else if (kind === 'arrive') this.#arrive(n, true);
    else if (kind === 'lose') this.#arrive(n, false);
    else if (kind === 'hear') this.#hear(n % this.#known.length);
    else if (kind === 'assign') this.#assign(n);
    else if (kind === 'copy') this.#copy(n);
    else this.#control(n);
  }

  #entry(topology = this.#topology): PartitionEntry {
    return topology.collections.get(COLLECTION.id)?.partitions[0] as PartitionEntry;
  }

  #node(id: NodeId): ModelNode {
    return this.#nodes.get(id) as ModelNode;
  }

  #begin(coordinator: number): void {
    const acks = new WriteAcks(viewOf(this.#entry(this.#known[coordinator]), { minInSync: 1 }), {
      consistency: 'in_sync',
      opCount: 1,
      deadlineAtMs: 1_000,
      patienceMs: 1_000,
    });
    const write = { id: this.#writes.length, coordinator, acks, isAcknowledged: false };
    this.#writes.push(write);
    this.#perform(write, acks.start(0));
  }

  #perform(write: ModelWrite, effects: readonly WriteAcksEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const { nodeId: to, generation, delayMs } = effect;
        this.#messages.push({ kind: 'write', write, to, generation, isLater: delayMs > 0 });
      } else if (effect.kind === 'evict') {
        this.#messages.push({ kind: 'evict', write, to: effect.nodeId });
      } else if (effect.kind === 'settle') {
        write.isAcknowledged = effect.settlement.status === 'acknowledged';
      }
    }
  }

  #arrive(n: number, isWell: boolean): void {
    const [message] = this.#messages.splice(n % Math.max(1, this.#messages.length), 1);
    if (message === undefined) return;
    const { write, to } = message;
    const { acks, coordinator } = write;
    if (message.kind === 'evict') {
      const result = setReplicaState(this.#topology, this.#ref(to), 'recovering');
      if (result.kind === 'refused') {
        this.#perform(write, acks.evictionRefused(to, result.message));
        return;
      }
      this.#topology = result.topology;
      this.#hear(coordinator);
      this.#perform(write, acks.evicted(to));
      return;
    }
    const holder = this.#node(to);
    if (message.isLater && (acks.isFinished || acks.isOutdated(message.generation))) return;
    const generation = message.isLater ? acks.generation : message.generation;
    if (!isWell) {
      // It may have arrived, and the answer be lost.
      if (n % 2 === 0 && holder.generation === generation) holder.holds.add(write.id);
      this.#perform(write, acks.failed(to, generation, 'timed_out', '', 2_000));
    } else if (holder.generation === generation) {
      holder.holds.add(write.id);
      const results = [{ isApplied: true, existed: false, version: 1n }];
      this.#perform(write, acks.acknowledged(to, generation, results));
    } else {
      const cause = generation < holder.generation ? 'stale_generation' : 'unknown_generation';
      this.#perform(write, acks.failed(to, generation, cause, '', 0));
    }
  }

  #hear(coordinator: number): void {
    this.#known[coordinator] = this.#topology;
    for (const write of this.#writes) {
      if (write.coordinator !== coordinator || write.acks.isFinished) continue;
      this.#perform(write, write.acks.setChanged(viewOf(this.#entry(), { minInSync: 1 })));
    }
  }

  /** A coordinator tells a node what it knows; an older topology than the node knows is refused. */
  #assign(n: number): void {
    const topology = this.#known[n % this.#known.length] as Topology;
    const { generation, replicas } = this.#entry(topology);
    const to = NAMES[Math.floor(n / this.#known.length) % NAMES.length] as string;
    const holder = this.#node(nodeId(to));
    if (generation <= holder.generation) return;
    holder.generation = generation;
    holder.isInSync = replicas.some((r) => r.nodeId === to && r.state === 'in_sync');
  }

  /** A recovering replica takes over what a source of its generation holds. */
  #copy(n: number): void {
    const to = this.#node(nodeId(NAMES[n % NAMES.length] as string));
    const from = this.#node(nodeId(NAMES[Math.floor(n / 3) % NAMES.length] as string));
    if (to.isInSync || !from.isInSync || from.generation < to.generation) return;
    for (const id of from.holds) to.holds.add(id);
    to.equalIn = to.generation;
  }

  #control(n: number): void {
    const { generation, replicas } = this.#entry();
    const replica = replicas[n % replicas.length];
    if (replica?.state !== 'recovering') return;
    if (this.#node(replica.nodeId).equalIn !== generation) return;
    const ref = this.#ref(replica.nodeId);
    let result = replica.isAwaited
      ? promoteReplica(this.#topology, ref, generation)
      : awaitReplica(this.#topology, ref, generation);
    if (this.#mayPromoteAtOnce) result = setReplicaState(this.#topology, ref, 'in_sync');
    if (result.kind !== 'changed') return;
    this.#topology = result.topology;
    if (this.#entry().replicas[n % replicas.length]?.state === 'in_sync') this.promotedCount += 1;
  }

  #ref(id: NodeId) {
    return { collectionId: COLLECTION.id, partition: 0, nodeId: id };
  }
}

function grown(result: TransitionResult): Topology {
  if (result.kind === 'refused') throw new Error(result.message);
  return result.topology;
}
