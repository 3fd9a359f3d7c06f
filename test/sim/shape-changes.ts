/**
 * Operators who change the cluster's shape while everything else goes on, and wrong: nodes join, are
 * drained, taken out, replaced and weighed, collections get more or fewer copies, moves are paused.
 * One of them at a time; what they ask for may be refused. Nobody accepts that data is lost.
 */
import { AnnulusError } from '../../src/base/errors.js';
import type { NodeId } from '../../src/base/ids.js';
import type { Random } from '../../src/base/random.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import { drainNode, setReplication } from '../../src/coordinator/topology/move-transitions.js';
import { activeNodes, type NodeEntry } from '../../src/coordinator/topology/topology.js';
import {
  defaultMinInSync,
  setMovesPaused,
} from '../../src/coordinator/topology/topology-transitions.js';
import { chance, intBetween, oneOf, seedStream, weighted } from './seed-streams.js';
import { joining, type SimCluster } from './sim-cluster.js';

const allowedFailures = new Set([
  'UNAVAILABLE',
  'FAILED_PRECONDITION',
  'ALREADY_EXISTS',
  'NOT_FOUND',
  'ABORTED',
  'INVALID_ARGUMENT',
]);

/** One whose coordinator died does not wait for ever. */
const PATIENCE_MS = 10_000;
const COPIES_MAX = 3;
const PARTITIONS_MAX = 16;

const weights = {
  join: 4,
  drain: 3,
  cancel_drain: 2,
  remove: 3,
  replace: 2,
  weigh: 2,
  copies: 2,
  pause: 1,
  resume: 3,
  split: 0,
  cancel_split: 0,
};
const splitWeights = { ...weights, split: 4, cancel_split: 1 };
export type ShapeChange = keyof typeof weights;
export const shapeChangeKinds = Object.keys(weights) as ShapeChange[];

export class ShapeChanges {
  readonly #cluster: SimCluster;
  readonly #random: Random;
  /** How many of each kind were made. */
  readonly made = new Map<ShapeChange, number>();
  #busyUntilMs = 0;
  #isOver = false;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#random = seedStream(cluster.plan.seed, 'shape');
  }

  /** From now on nothing is changed, but for the {@link lastWord}. */
  end(): void {
    this.#isOver = true;
  }

  /** Moves go on, and there are nodes enough for all copies. True once there is no more to say. */
  async lastWord(): Promise<boolean> {
    const { coordinator, storedTopology, log, plan } = this.#cluster;
    if (plan.shape === undefined) return true;
    if (coordinator === undefined || storedTopology === undefined) return false;
    const { nodeAdmin, topology } = coordinator;
    try {
      if (storedTopology.areMovesPaused) {
        await this.#cluster.settled(topology.update((now) => setMovesPaused(now, false)));
        return false;
      }
      const collections = [...storedTopology.collections.values()];
      const copiesMax = Math.max(...collections.map((one) => one.replicationFactor));
      if (activeNodes(storedTopology).length >= copiesMax) return true;
      const isDone = await this.#cluster.settled(
        this.#withMachine((id) => nodeAdmin.add(joining(id))),
      );
      if (isDone) return false;
      const cancel = (id: NodeId) => nodeAdmin.cancelDrain(id);
      await this.#cluster.settled(this.#withNode(coordinator, 'draining', cancel));
    } catch (error) {
      log.add(`operator: last word: ${String(error)}`);
    }
    return false;
  }

  /** Resolves when its turn is over, never if its coordinator dies. */
  async next(): Promise<void> {
    const { world, log, serving, violations } = this.#cluster;
    const { shape } = this.#cluster.plan;
    const kind = weighted(this.#random, shape?.hasSplits ? splitWeights : weights);
    const coordinator = serving.length > 0 ? oneOf(this.#random, serving).coordinator : undefined;
    if (coordinator === undefined || this.#isOver || world.nowMs() < this.#busyUntilMs) return;
    const untilMs = world.nowMs() + PATIENCE_MS;
    this.#busyUntilMs = untilMs;
    log.add(`operator: ${kind}`);
    try {
      const isDone = await this.#make(kind, coordinator);
      if (isDone) this.made.set(kind, (this.made.get(kind) ?? 0) + 1);
    } catch (error) {
      const code = error instanceof AnnulusError ? error.code : String(error);
      log.add(`operator: ${kind}: ${String(error)}`);
      if (!allowedFailures.has(code)) {
        violations.add('requests fail only as documented', `${kind}: ${String(error)}`);
      }
    }
    if (this.#busyUntilMs === untilMs) this.#busyUntilMs = 0;
  }

  /** False: there is nothing to do it to. */
  async #make(kind: ShapeChange, coordinator: Coordinator): Promise<boolean> {
    const { nodeAdmin, topology } = coordinator;
    switch (kind) {
      case 'join':
        return this.#withMachine((id) => nodeAdmin.add(joining(id)));
      case 'drain':
        return this.#withNode(coordinator, 'active', async (id) => {
          coordinator.moves.plan([(now) => drainNode(now, id)]);
          await nodeAdmin.drain(id);
        });
      case 'cancel_drain':
        return this.#withNode(coordinator, 'draining', (id) => nodeAdmin.cancelDrain(id));
      case 'remove': {
        const force = chance(this.#random, 0.3);
        const remove = (id: NodeId) => nodeAdmin.remove(id, { force, acceptDataLoss: false });
        const intent = chance(this.#random, 0.5) ? 'draining' : undefined;
        return this.#withNode(coordinator, intent, remove);
      }
      case 'replace':
        return this.#withNode(coordinator, undefined, (id) =>
          this.#withNode(coordinator, 'active', async (heir) => {
            if (heir !== id) await nodeAdmin.replace(id, heir);
          }),
        );
      case 'weigh': {
        const weight = oneOf(this.#random, [0.5, 1, 2]);
        return this.#withNode(coordinator, undefined, (id) => nodeAdmin.update(id, { weight }));
      }
      case 'copies':
        await this.#setCopies(coordinator);
        return true;
      case 'split': {
        const collection = this.#cluster.collection(coordinator);
        const partitionCount = collection.partitions.length * 2;
        if (partitionCount > PARTITIONS_MAX) return false;
        await coordinator.splits.split(collection, partitionCount);
        return true;
      }
      case 'cancel_split':
        return coordinator.splits.cancel(this.#cluster.collection(coordinator));
      case 'pause':
      case 'resume':
        await topology.update((now) => setMovesPaused(now, kind === 'pause'));
        return true;
    }
  }

  async #setCopies(coordinator: Coordinator): Promise<void> {
    const { id } = this.#cluster.collection(coordinator);
    const nodeCount = activeNodes(coordinator.topology.current).length;
    const copies = intBetween(this.#random, 1, Math.max(1, Math.min(COPIES_MAX, nodeCount)));
    const minInSync = defaultMinInSync(copies);
    this.#cluster.minInSync = Math.min(this.#cluster.minInSync, minInSync);
    await coordinator.topology.update((now) => setReplication(now, id, copies, minInSync));
  }

  /** A machine that is not of the cluster. */
  async #withMachine(act: (id: NodeId) => Promise<unknown>): Promise<boolean> {
    const { nodes, members } = this.#cluster;
    const others = nodes.filter((node) => !members.includes(node));
    if (others.length === 0) return false;
    await act(oneOf(this.#random, others).nodeId);
    return true;
  }

  async #withNode(
    { topology }: Coordinator,
    intent: NodeEntry['intent'] | undefined,
    act: (id: NodeId) => Promise<unknown>,
  ): Promise<boolean> {
    const nodes = [...topology.current.nodes.values()].filter((node) => {
      return intent === undefined || node.intent === intent;
    });
    if (nodes.length === 0) return false;
    await act(oneOf(this.#random, nodes).nodeId);
    return true;
  }
}
