/**
 * The whole cluster in one process: the production's coordinator and shard nodes, with everything
 * around them simulated. It is driven from outside: nothing moves until the world's clock does.
 */
import { nodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { coordinatorOptions } from '../../src/coordinator/config.js';
import { Coordinator } from '../../src/coordinator/coordinator.js';
import { MemoryTopologyCells } from '../../src/coordinator/topology/memory-topology-store.js';
import type { CollectionEntry } from '../../src/coordinator/topology/topology.js';
import { noPeer } from '../support/no-peer.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { EventLog } from './event-log.js';
import type { SimPlan } from './fault-plan.js';
import { History } from './history.js';
import type { BugHooks } from './planted-bugs.js';
import { SearchSpy } from './search-spy.js';
import { seedStream } from './seed-streams.js';
import { SimNetwork } from './sim-network.js';
import { SimNode } from './sim-node.js';
import { SimProcess } from './sim-process.js';
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
  readonly spy = new SearchSpy(this.history);
  readonly network: SimNetwork;
  readonly nodes: SimNode[];
  readonly #cells = new MemoryTopologyCells();
  #process: SimProcess;
  #store: SimTopologyStore | undefined;
  #coordinator: Coordinator | undefined;
  /** Grows with every start of the coordinator. */
  #incarnation = 0;
  #wallSkewMs = 0;
  /** Told when the coordinator has died, with all requests that it had. */
  onCoordinatorCrash: () => void = () => {};

  constructor(plan: SimPlan, hooks: BugHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.#process = new SimProcess(this.world);
    this.network = new SimNetwork(this.world, plan.network, plan.seed, this.log);
    this.nodes = Array.from({ length: plan.cluster.nodeCount }, (_, i) => {
      const node = new SimNode(this.world, nodeId(`node-${i}`), plan.node, hooks.storeParts);
      this.network.addNode(node);
      return node;
    });
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
      const wanted = { nodeId: id, address: `${id}:1`, zone: `zone of ${id}`, weight: 1 };
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
      // Replicas that were taken out may stay out for the rest of a run.
      minInSync: 1,
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
    const store = new SimTopologyStore(this.#cells, process, this.plan.topologySyncMs);
    this.#store = store;
    this.log.add(`coordinator ${incarnation} starts`);
    const coordinator = await Coordinator.start(
      {
        store,
        clock: process,
        random,
        logger: silentLogger,
        connectPeer: noPeer,
        createLinkFactory: (clusterId) => (entry, observer) => {
          const node = this.nodes.find((known) => known.nodeId === entry.nodeId);
          if (node === undefined) throw new Error(`there is no ${entry.nodeId}`);
          const { network } = this;
          const link = new SimShardLink(network, node, clusterId, process, linkRandom, observer);
          return this.spy.over(this.hooks.link(link));
        },
      },
      coordinatorOptions({ dataDirectory: 'none' }),
    );
    if (process.isDead) return;
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
