/**
 * The whole cluster in one process: the production's coordinator and shard nodes, with everything
 * around them simulated. It is driven from outside: nothing moves until the world's clock does.
 */
import { type NodeId, nodeId } from '../../src/base/ids.js';
import type { WantedNode } from '../../src/coordinator/admin/node-admin.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import type { CollectionEntry, Topology } from '../../src/coordinator/topology/topology.js';
import { defaultMinInSync } from '../../src/coordinator/topology/topology-transitions.js';
import type { ConnectRecoveryPeer } from '../../src/wire/recovery-messages.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { recoveringIn } from './checkers/replica-digests.js';
import { EventLog } from './event-log.js';
import type { SimPlan } from './fault-plan.js';
import { History } from './history.js';
import type { BugHooks } from './planted-bugs.js';
import { SimCoordinator } from './sim-coordinator.js';
import { SimEtcd } from './sim-etcd.js';
import { type PathName, peerPath, SimNetwork } from './sim-network.js';
import { SimNode } from './sim-node.js';
import type { SimProcess } from './sim-process.js';
import { SimRecoveryPeer } from './sim-recovery-peer.js';
import { TopologyLag } from './topology-lag.js';
import { Violations } from './violations.js';

export const COLLECTION = 'documents';
const START_LIMIT_MS = 60_000;

export class SimCluster {
  readonly plan: SimPlan;
  readonly hooks: BugHooks;
  readonly world = new VirtualClock();
  readonly log = new EventLog(() => this.world.nowMs());
  readonly violations = new Violations(() => this.world.nowMs());
  readonly history = new History();
  readonly etcd = new SimEtcd(() => this.world.nowMs());
  readonly network: SimNetwork;
  /** All machines: also those that are not, or no more, of the cluster. */
  readonly nodes: SimNode[];
  readonly coordinators: SimCoordinator[];
  readonly lag: TopologyLag;
  /** As few as any operator has asked for. */
  minInSync: number;
  /** Replicas that did not recover any more from one topology to the next. */
  recoveredCount = 0;
  /** Told when a coordinator has died, with all requests that it had. */
  onCoordinatorCrash: (coordinator: SimCoordinator) => void = () => {};

  /** Told when a coordinator stands still until an instant. */
  onCoordinatorPaused: (coordinator: SimCoordinator, untilMs: number) => void = () => {};

  constructor(plan: SimPlan, hooks: BugHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.minInSync = defaultMinInSync(plan.cluster.replicationFactor);
    const { world, violations, log } = this;
    this.network = new SimNetwork(world, plan.network, plan.seed, log);
    const connectFrom = (from: NodeId, process: SimProcess) =>
      this.peersOf(process, (to) => peerPath(from, to));
    const machineCount = plan.cluster.nodeCount + (plan.shape?.spareCount ?? 0);
    this.nodes = Array.from({ length: machineCount }, (_, i) => {
      const parts = { world, plan, hooks, violations, connectFrom };
      return new SimNode(nodeId(`node-${i}`), parts);
    });
    const { coordinatorCount = 1 } = plan.store ?? {};
    this.coordinators = Array.from({ length: coordinatorCount }, (_, i) => {
      return new SimCoordinator(this, i);
    });
    this.#addPaths();
    this.lag = new TopologyLag(this.etcd, this.history, this.coordinators);
    this.etcd.observe((before, after) => this.#countRecovered(before, after));
  }

  /** As the store has it. */
  get storedTopology(): Topology | undefined {
    return this.etcd.topology;
  }

  /** One that serves; undefined while none does. */
  get coordinator(): Coordinator | undefined {
    return this.serving[0]?.coordinator;
  }

  /** Those that stand still are not asked. */
  get serving(): SimCoordinator[] {
    const nowMs = this.world.nowMs();
    return this.coordinators.filter(({ coordinator, process }) => {
      return coordinator !== undefined && process.nowMs() <= nowMs;
    });
  }

  /** Machines that are of the cluster. */
  get members(): SimNode[] {
    return this.nodes.filter(({ nodeId: id }) => this.storedTopology?.nodes.has(id) === true);
  }

  collection(coordinator: Coordinator): CollectionEntry {
    return coordinator.topology.collection(COLLECTION);
  }

  /** Starts all processes and makes the collection. */
  async start(): Promise<void> {
    for (const node of this.nodes) node.start();
    for (const one of this.coordinators) await this.settled(one.start());
    const coordinator = this.coordinator as Coordinator;
    for (const { nodeId: id } of this.nodes.slice(0, this.plan.cluster.nodeCount)) {
      await this.settled(coordinator.nodeAdmin.add(joining(id)));
    }
    const isUp = () => coordinator.nodes.all().every((node) => node.health.state === 'up');
    await this.world.runUntilTrue(isUp, START_LIMIT_MS);
    const { partitionCount, replicationFactor, dimension, metric } = this.plan.cluster;
    const making = coordinator.collections.create({
      name: COLLECTION,
      dimension,
      metric,
      partitionCount,
      replicationFactor,
      ...this.hooks.wantedCollection,
      m: 16,
      efConstruction: 100,
    });
    await this.settled(making);
    const knowsAll = () => this.coordinators.every((one) => this.lag.epochsBehind(one) === 0);
    await this.world.runUntilTrue(knowsAll, START_LIMIT_MS);
  }

  crashNode(node: SimNode, keepsUnsynced: boolean): void {
    if (!node.isRunning) return;
    this.log.add(`${node.nodeId} crashes`);
    node.crash(keepsUnsynced);
    this.network.resetAll(node.nodeId, 'the node died');
  }

  startNode(node: SimNode): void {
    if (node.isRunning) return;
    this.log.add(`${node.nodeId} starts`);
    node.start();
  }

  /** How a process reaches nodes. */
  peersOf(process: SimProcess, pathTo: (to: NodeId) => PathName): ConnectRecoveryPeer {
    return (address) => {
      const node = this.nodes.find((known) => addressOf(known.nodeId) === address);
      if (node === undefined) throw new Error(`nobody is at ${address}`);
      const path = pathTo(node.nodeId);
      return this.hooks.peer(new SimRecoveryPeer(this.network, path, node, process));
    };
  }

  #addPaths(): void {
    for (const { nodeId: to } of this.nodes) {
      for (const coordinator of this.coordinators) {
        this.network.addPath(coordinator.pathTo(to), to);
      }
      for (const { nodeId: from } of this.nodes) {
        // A node asks itself, too: what is split stays where it was.
        this.network.addPath(peerPath(from, to), to);
      }
    }
  }

  #countRecovered(before: Topology | undefined, after: Topology): void {
    const now = new Set(recoveringIn(after));
    for (const replica of recoveringIn(before)) if (!now.has(replica)) this.recoveredCount += 1;
  }

  /** Lets time pass, in steps, until it holds; false when it does not within `limitMs`. */
  async passes(isOver: () => boolean, limitMs: number, stepMs: number): Promise<boolean> {
    const endAtMs = this.world.nowMs() + limitMs;
    while (!isOver()) {
      if (this.world.nowMs() >= endAtMs) return false;
      await this.world.runForAsync(stepMs);
    }
    return true;
  }

  /** Lets virtual time pass until the promise has settled. */
  async settled<T>(promise: Promise<T>, limitMs = START_LIMIT_MS): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.world.runUntilTrue(() => isSettled, limitMs);
    return promise;
  }
}

/** As the machine asks to join. */
export function joining(id: NodeId): WantedNode {
  return { nodeId: id, address: addressOf(id), zone: `zone of ${id}`, weight: 1 };
}

function addressOf(id: NodeId): string {
  return `${id}:1`;
}
