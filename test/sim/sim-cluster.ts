/**
 * The whole cluster in one process: the production's coordinator and shard nodes, with everything
 * around them simulated. It is driven from outside: nothing moves until the world's clock does.
 */
import { type NodeId, nodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { coordinatorOptions } from '../../src/coordinator/config.js';
import { Coordinator } from '../../src/coordinator/coordinator.js';
import { MemoryTopologyCells } from '../../src/coordinator/topology/memory-topology-store.js';
import type { CollectionEntry, Topology } from '../../src/coordinator/topology/topology.js';
import type { ConnectRecoveryPeer } from '../../src/wire/recovery-messages.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { recoveringIn } from './checkers/replica-digests.js';
import { EventLog } from './event-log.js';
import type { SimPlan } from './fault-plan.js';
import { History } from './history.js';
import type { BugHooks } from './planted-bugs.js';
import { SearchSpy } from './search-spy.js';
import { seedStream } from './seed-streams.js';
import { peerPath, SimNetwork } from './sim-network.js';
import { SimNode } from './sim-node.js';
import { SimProcess } from './sim-process.js';
import { SimRecoveryPeer } from './sim-recovery-peer.js';
import { SimShardLink } from './sim-shard-link.js';
import { SimTopologyStore } from './sim-topology-store.js';
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
  readonly spy: SearchSpy;
  readonly network: SimNetwork;
  readonly nodes: SimNode[];
  readonly #cells = new MemoryTopologyCells();
  #process: SimProcess;
  #store: SimTopologyStore | undefined;
  #coordinator: Coordinator | undefined;
  /** Grows with every start of the coordinator. */
  #incarnation = 0;
  #wallSkewMs = 0;
  /** Replicas that did not recover any more from one topology to the next. */
  recoveredCount = 0;
  /** Told when the coordinator has died, with all requests that it had. */
  onCoordinatorCrash: () => void = () => {};

  constructor(plan: SimPlan, hooks: BugHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.#process = new SimProcess(this.world);
    this.spy = new SearchSpy(this.history, this.violations, () => this.#coordinator);
    this.network = new SimNetwork(this.world, plan.network, plan.seed, this.log);
    const { world, violations } = this;
    const connectFrom = (from: NodeId, process: SimProcess) => this.#peersOf(process, from);
    this.nodes = Array.from({ length: plan.cluster.nodeCount }, (_, i) => {
      const parts = { world, plan, hooks, violations, connectFrom };
      return new SimNode(nodeId(`node-${i}`), parts);
    });
    for (const { nodeId: to } of this.nodes) {
      this.network.addPath(to, to);
      for (const { nodeId: from } of this.nodes) {
        if (from !== to) this.network.addPath(peerPath(from, to), to);
      }
    }
  }

  /** As the store has it. */
  get storedTopology(): Topology | undefined {
    return this.#cells.topology;
  }

  /** Undefined while it is down or starting. */
  get coordinator(): Coordinator | undefined {
    return this.#coordinator;
  }

  get coordinatorProcess(): SimProcess {
    return this.#process;
  }

  collection(coordinator: Coordinator): CollectionEntry {
    return coordinator.topology.collection(COLLECTION);
  }

  /** Starts all processes and makes the collection. */
  async start(): Promise<void> {
    for (const node of this.nodes) node.start();
    await this.settled(this.startCoordinator());
    const coordinator = this.#coordinator as Coordinator;
    for (const { nodeId: id } of this.nodes) {
      const wanted = { nodeId: id, address: addressOf(id), zone: `zone of ${id}`, weight: 1 };
      await this.settled(coordinator.nodeAdmin.add(wanted));
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
  }

  async startCoordinator(): Promise<void> {
    this.#incarnation += 1;
    const incarnation = this.#incarnation;
    const process = new SimProcess(this.world);
    process.jumpWall(this.#wallSkewMs);
    this.#process = process;
    const random = seedStream(this.plan.seed, `coordinator/${incarnation}`);
    const linkRandom = seedStream(this.plan.seed, `links/${incarnation}`);
    const sound = new SimTopologyStore(this.#cells, process, this.plan.topologySyncMs);
    const store = this.hooks.topologyStore(sound);
    this.#store = sound;
    const { tombstoneGraceMs, comparisonIntervalMs: intervalMs } = this.plan.cluster;
    this.log.add(`coordinator ${incarnation} starts`);
    const coordinator = await Coordinator.start(
      {
        store,
        clock: process,
        random,
        logger: silentLogger,
        connectPeer: this.#peersOf(process),
        createLinkFactory: (clusterId) => (entry, observer) => {
          const node = this.nodes.find((known) => known.nodeId === entry.nodeId);
          if (node === undefined) throw new Error(`there is no ${entry.nodeId}`);
          const { network } = this;
          const link = new SimShardLink(network, node, clusterId, process, linkRandom, observer);
          return this.spy.over(this.hooks.link(link));
        },
      },
      coordinatorOptions({ dataDirectory: 'none', comparison: { intervalMs, tombstoneGraceMs } }),
    );
    if (process.isDead) return;
    this.hooks.coordinator(coordinator);
    let before = new Set(recoveringIn(coordinator.topology.current));
    coordinator.topology.onChange((next) => {
      const now = new Set(recoveringIn(next));
      for (const replica of before) if (!now.has(replica)) this.recoveredCount += 1;
      before = now;
    });
    this.#coordinator = coordinator;
    this.log.add(`coordinator ${incarnation} serves`);
  }

  crashCoordinator(): void {
    if (this.#process.isDead) return;
    this.log.add('coordinator crashes');
    this.#process.kill();
    this.#coordinator = undefined;
    void this.#store?.close();
    for (const node of this.nodes) this.network.resetAll(node.nodeId, 'the coordinator died');
    this.onCoordinatorCrash();
  }

  jumpWall(byMs: number): void {
    this.#wallSkewMs += byMs;
    this.#process.jumpWall(byMs);
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

  /** The coordinator's way to nodes, or that of node `from` to others. */
  #peersOf(process: SimProcess, from?: NodeId): ConnectRecoveryPeer {
    return (address) => {
      const node = this.nodes.find((known) => addressOf(known.nodeId) === address);
      if (node === undefined) throw new Error(`nobody is at ${address}`);
      const path = from === undefined ? node.nodeId : peerPath(from, node.nodeId);
      return this.hooks.peer(new SimRecoveryPeer(this.network, path, node, process));
    };
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

function addressOf(id: NodeId): string {
  return `${id}:1`;
}
