/**
 * A machine with a coordinator on it: the production's coordinator over simulated links and a
 * simulated topology store. Its process can be killed and started again.
 */
import type { NodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { type CoordinatorOptions, coordinatorOptions } from '../../src/coordinator/config.js';
import { Coordinator } from '../../src/coordinator/coordinator.js';
import type { LinkFactory } from '../../src/coordinator/nodes/node-registry.js';
import {
  type TopologyStore,
  TopologyStoreError,
} from '../../src/coordinator/topology/topology-store.js';
import { SearchSpy } from './search-spy.js';
import { seedStream } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';
import { peerPath } from './sim-network.js';
import { SimProcess } from './sim-process.js';
import { SimShardLink } from './sim-shard-link.js';
import { SimSharedStore } from './sim-shared-store.js';
import { SimTopologyStore } from './sim-topology-store.js';

/** Whoever watches over processes starts one again that could not start. */
const RESTART_MS = 500;

export class SimCoordinator {
  readonly index: number;
  readonly spy: SearchSpy;
  readonly #cluster: SimCluster;
  #process: SimProcess;
  #store: TopologyStore | undefined;
  #coordinator: Coordinator | undefined;
  /** Grows with every start. */
  #incarnation = 0;
  #wallSkewMs = 0;
  /** Changes of the topology are told to it later by so much. */
  watchLagMs = 0;

  constructor(cluster: SimCluster, index: number) {
    this.#cluster = cluster;
    this.index = index;
    this.#process = new SimProcess(cluster.world);
    this.spy = new SearchSpy(cluster.history, cluster.violations, () => this.#coordinator);
  }

  /** The first one needs no name: runs with one coordinator read as they always did. */
  get name(): string {
    return this.index === 0 ? 'coordinator' : `coordinator ${this.index}`;
  }

  /** Undefined while it is down or starting. */
  get coordinator(): Coordinator | undefined {
    return this.#coordinator;
  }

  get process(): SimProcess {
    return this.#process;
  }

  /** Its way to a node. */
  pathTo(nodeId: NodeId): string {
    return this.index === 0 ? nodeId : peerPath(this.name, nodeId);
  }

  /** Resolves when it serves, or has died before. */
  async start(): Promise<void> {
    const { log } = this.#cluster;
    this.#incarnation += 1;
    const incarnation = this.#incarnation;
    const process = new SimProcess(this.#cluster.world);
    process.jumpWall(this.#wallSkewMs);
    this.#process = process;
    const store = this.#makeStore(process);
    this.#store = store;
    log.add(`${this.name} ${incarnation} starts`);
    const coordinator = await this.#startOver(store, process);
    if (process.isDead || coordinator === undefined) return;
    this.#cluster.hooks.coordinator(coordinator);
    this.#coordinator = coordinator;
    log.add(`${this.name} ${incarnation} serves`);
  }

  /** Undefined: the store is away, so the process ends and is soon started again. */
  async #startOver(store: TopologyStore, process: SimProcess): Promise<Coordinator | undefined> {
    const { plan, hooks, log, world } = this.#cluster;
    const parts = {
      store: hooks.topologyStore(store),
      clock: process,
      random: seedStream(plan.seed, `${this.name}/${this.#incarnation}`),
      logger: silentLogger,
      connectPeer: this.#cluster.peersOf(process, (nodeId) => this.pathTo(nodeId)),
      createLinkFactory: (clusterId: string) => this.#linkFactory(clusterId, process),
    };
    try {
      return await Coordinator.start(parts, this.#options());
    } catch (error) {
      if (!(error instanceof TopologyStoreError)) throw error;
      log.add(`${this.name} does not start: ${error.message}`);
      process.kill();
      void store.close();
      world.setTimer(RESTART_MS, () => {
        if (this.#process === process) void this.start();
      });
      return undefined;
    }
  }

  /** It stands still, as after SIGSTOP. */
  pause(forMs: number): void {
    this.#process.pause(forMs);
    this.#cluster.onCoordinatorPaused(this, this.#process.nowMs());
  }

  crash(): void {
    if (this.#process.isDead) return;
    this.#cluster.log.add(`${this.name} crashes`);
    this.#process.kill();
    this.#coordinator = undefined;
    void this.#store?.close();
    for (const { nodeId } of this.#cluster.nodes) {
      this.#cluster.network.resetPath(this.pathTo(nodeId), 'the coordinator died');
    }
    this.#cluster.onCoordinatorCrash(this);
  }

  jumpWall(byMs: number): void {
    this.#wallSkewMs += byMs;
    this.#process.jumpWall(byMs);
  }

  #makeStore(process: SimProcess): TopologyStore {
    const { plan, etcd, log, network } = this.#cluster;
    if (plan.store === undefined) return new SimTopologyStore(etcd, process, plan.topologySyncMs);
    return new SimSharedStore({
      etcd,
      holder: this.index,
      process,
      random: seedStream(plan.seed, `store/${this.index}/${this.#incarnation}`),
      plan: plan.store,
      log,
      isHostile: () => !network.isCalm,
      watchLagMs: () => this.watchLagMs,
    });
  }

  #linkFactory(clusterId: string, process: SimProcess): LinkFactory {
    const { plan, network, nodes, hooks } = this.#cluster;
    const linkSeed = this.index === 0 ? 'links' : `links/${this.index}`;
    const random = seedStream(plan.seed, `${linkSeed}/${this.#incarnation}`);
    return (entry, observer) => {
      const node = nodes.find((known) => known.nodeId === entry.nodeId);
      if (node === undefined) throw new Error(`there is no ${entry.nodeId}`);
      const path = this.pathTo(entry.nodeId);
      const link = new SimShardLink({ network, path, node, clusterId, process, random, observer });
      return this.spy.over(hooks.link(link));
    };
  }

  #options(): CoordinatorOptions {
    const { cluster, store, shape } = this.#cluster.plan;
    const { tombstoneGraceMs, comparisonIntervalMs: intervalMs } = cluster;
    const comparison = { intervalMs, tombstoneGraceMs };
    return coordinatorOptions({
      dataDirectory: 'none',
      comparison,
      ...(store && {
        topologyLeaseMs: store.topologyLeaseMs,
        controllerLease: { ttlMs: store.seatMs },
      }),
      ...(shape && { moves: { replaceAfterMs: shape.replaceAfterMs, settleMs: shape.settleMs } }),
    });
  }
}
