/**
 * A cluster as the move controller sees it, without any process: the real topology and its
 * transitions, nodes that are up or not, and copies that take a while. One tick is 100 ms.
 */
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import { type Random, randomInt } from '../../../../src/base/random.js';
import { AwayNodes } from '../../../../src/coordinator/moves/away-nodes.js';
import {
  decideMoves,
  defaultMoveOptions,
  type MoveDecision,
  type MoveOptions,
  type MoveStep,
} from '../../../../src/coordinator/moves/move-controller.js';
import { applySteps } from '../../../../src/coordinator/moves/move-steps.js';
import { GoalBook, lastingNodes } from '../../../../src/coordinator/moves/placement-goal.js';
import { setReplicaState } from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  type CollectionEntry,
  emptyTopology,
  type ReplicaEntry,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
  noteDown,
  removeNode,
  type Transition,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { placedNew } from '../topology/placement-kit.js';
import { newCollection, node } from '../topology/topology-kit.js';

export const TICK_MS = 100;
export const REPLACE_AFTER_MS = 5_000;

export class MoveWorld {
  topology: Topology = emptyTopology('cluster');
  nowMs = 0;
  readonly options: MoveOptions;
  readonly down = new Set<NodeId>();
  /** Replicas that were begun. */
  begunCount = 0;
  /** Told of each step that was taken, and how many replicas were in sync before, by partition. */
  onStep: (step: MoveStep, inSyncBefore: number[]) => void = () => {};
  lastDecision: MoveDecision = { steps: [], waiting: [], held: new Map() };
  readonly #random: Random;
  #bootMs = 0;
  #goals = new GoalBook(300);
  #away = new AwayNodes(REPLACE_AFTER_MS);

  constructor(random: Random, options: Partial<MoveOptions> = {}) {
    this.#random = random;
    this.options = { ...defaultMoveOptions, ...options };
  }

  /** With zones of their own; placed afresh, all in sync. */
  static of(
    random: Random,
    shape: { nodes: number; partitions: number; copies: number },
    options: Partial<MoveOptions> = {},
  ): MoveWorld {
    const world = new MoveWorld(random, options);
    for (let i = 0; i < shape.nodes; i += 1) world.join(`n${i}`);
    const placement = placedNew({
      id: 'id-docs',
      partitionCount: shape.partitions,
      replicationFactor: shape.copies,
      nodes: [...world.topology.nodes.values()],
    });
    world.change((now) => createCollection(now, newCollection('docs', placement)));
    world.change((now) => markCollectionReady(now, world.docs.id));
    return world;
  }

  get docs(): CollectionEntry {
    return [...this.topology.collections.values()][0] as CollectionEntry;
  }

  join(name: string): void {
    this.change((now) => addNode(now, node(name)));
  }

  /** It holds nothing any more. */
  removeNode(id: NodeId): void {
    this.change((now) => removeNode(now, id));
  }

  kill(name: string): void {
    this.down.add(nodeId(name));
  }

  revive(name: string): void {
    this.down.delete(nodeId(name));
  }

  change(transition: Transition): void {
    const result = transition(this.topology);
    if (result.kind === 'refused') throw new Error(`${result.reason}: ${result.message}`);
    this.topology = result.topology;
  }

  /** The controller dies, and another one takes over. */
  crash(): void {
    this.#bootMs = this.nowMs;
    this.#goals = new GoalBook(300);
    this.#away = new AwayNodes(REPLACE_AFTER_MS);
  }

  isUp(id: NodeId): boolean {
    return this.topology.nodes.has(id) && !this.down.has(id);
  }

  /** One round of the controller; with `stepsMax`, it dies after so many steps. */
  decide(stepsMax = Number.POSITIVE_INFINITY): void {
    const seen = [...this.topology.nodes.values()].map(({ nodeId: id, downSinceMs }) => {
      return { nodeId: id, isUp: this.isUp(id), downSinceMs };
    });
    // A process's own clock begins with it, the wall's does not.
    this.#away.update(seen, this.nowMs - this.#bootMs, this.nowMs);
    for (const { nodeId: id, downSinceMs } of this.#away.notes) {
      this.change((now) => noteDown(now, id, downSinceMs));
    }
    const { topology } = this;
    const isAway = (id: NodeId) => this.#away.isAway(id);
    const isUp = (id: NodeId) => this.isUp(id);
    const lasting = lastingNodes(topology, isAway, isUp);
    this.#goals.update(topology, lasting, this.nowMs - this.#bootMs);
    this.lastDecision = decideMoves({
      topology,
      goal: (id) => this.#goals.get(id),
      node: (id) => ({
        isUp: isUp(id),
        isAway: isAway(id),
        holds: () => isUp(id),
        openDocumentCount: () => 1,
      }),
      options: this.options,
    });
    const steps = this.lastDecision.steps.slice(0, stepsMax);
    this.begunCount += steps.filter(({ kind }) => kind === 'begin').length;
    const before = this.inSyncCounts();
    const result = applySteps(topology, steps, this.nowMs);
    if (result.kind === 'changed') this.topology = result.topology;
    for (const step of steps) this.onStep(step, before);
  }

  /** Of the copies that can be made now, some are. */
  copySome(): void {
    this.copyAll(() => randomInt(this.#random, 3) === 0);
  }

  copyAll(isChosen: () => boolean = () => true): void {
    this.#eachReplica((replica, replicas, set) => {
      const hasSource = replicas.some((r) => r.state === 'in_sync' && this.isUp(r.nodeId));
      const canCopy = replica.state === 'recovering' && this.isUp(replica.nodeId) && hasSource;
      if (canCopy && isChosen()) set('in_sync');
    });
  }

  /** A write to every partition: what misses it is out of sync. */
  writeEverywhere(): void {
    this.#eachReplica((replica, replicas, set) => {
      const others = replicas.filter((r) => r !== replica && r.state === 'in_sync');
      const hasMissed = replica.state === 'in_sync' && !this.isUp(replica.nodeId);
      if (hasMissed && others.some((r) => this.isUp(r.nodeId))) set('recovering');
    });
  }

  tick(): void {
    this.nowMs += TICK_MS;
    this.decide();
    this.copySome();
  }

  /** Until nothing is to be done any more; throws when that is never so. */
  settle(ticksMax = 3_000): void {
    const isBusy = () =>
      this.lastDecision.steps.length > 0 || this.replicas().some(({ move }) => move !== undefined);
    const quietAtMs = this.nowMs + REPLACE_AFTER_MS + 1_000;
    for (let i = 0; i < ticksMax; i += 1) {
      this.tick();
      if (this.nowMs > quietAtMs && !isBusy()) return;
    }
    throw new Error(`not settled: ${JSON.stringify(this.lastDecision)}`);
  }

  replicas(): ReplicaEntry[] {
    return this.docs.partitions.flatMap(({ replicas }) => replicas);
  }

  /** By partition. */
  inSyncCounts(): number[] {
    return this.docs.partitions.map(
      ({ replicas }) => replicas.filter(({ state }) => state === 'in_sync').length,
    );
  }

  /** Replicas by node, of nodes that there are. */
  loads(): Map<NodeId, number> {
    const loads = new Map([...this.topology.nodes.keys()].map((id) => [id, 0]));
    for (const { nodeId: id } of this.replicas()) loads.set(id, (loads.get(id) ?? 0) + 1);
    return loads;
  }

  #eachReplica(
    visit: (
      replica: ReplicaEntry,
      replicas: readonly ReplicaEntry[],
      set: (state: ReplicaEntry['state']) => void,
    ) => void,
  ): void {
    const { id: collectionId, partitions } = this.docs;
    for (const partition of partitions.keys()) {
      for (const { nodeId: id } of partitions[partition]?.replicas ?? []) {
        const replicas = this.docs.partitions[partition]?.replicas ?? [];
        const replica = replicas.find((r) => r.nodeId === id);
        if (replica === undefined) continue;
        visit(replica, replicas, (state) => {
          const ref = { collectionId, partition, nodeId: id };
          this.change((now) => setReplicaState(now, ref, state));
        });
      }
    }
  }
}
