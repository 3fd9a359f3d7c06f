/**
 * The composition root: puts the coordinator's parts together over the ports that it is given, and
 * nothing else. `main.ts` gives it gRPC, LMDB and the machine's clock; the simulation gives it a
 * virtual clock and a network of its own.
 */
import type { Clock } from '../base/clock.js';
import { HybridClock } from '../base/hybrid-clock.js';
import type { Logger } from '../base/logger.js';
import { type Random, randomHex } from '../base/random.js';
import type { ConnectRecoveryPeer } from '../wire/recovery-messages.js';
import { CollectionAdmin } from './admin/collection-admin.js';
import { NodeAdmin } from './admin/node-admin.js';
import { ReplicaAdmin } from './admin/replica-admin.js';
import { ClockMark } from './clock-mark.js';
import type { CoordinatorOptions } from './config.js';
import { ControllerElection } from './control/controller-election.js';
import { TopologyFreshness } from './control/topology-freshness.js';
import { UnfinishedCollections } from './control/unfinished-collections.js';
import { MoveDriver } from './moves/move-driver.js';
import { type LinkFactory, NodeRegistry } from './nodes/node-registry.js';
import { InSyncKeeper } from './replication/in-sync-keeper.js';
import { RecoveryDriver } from './replication/recovery-driver.js';
import { ReplicaComparer } from './replication/replica-comparer.js';
import { ReplicationEvents } from './replication/replication-events.js';
import { WriteGate } from './resilience/write-gate.js';
import { DocumentReads } from './search/document-reads.js';
import { ReadRouter } from './search/read-router.js';
import { SearchService } from './search/search-service.js';
import { SplitDriver } from './splits/split-driver.js';
import { type CollectionEntry, emptyTopology } from './topology/topology.js';
import { loadOrCreateTopology } from './topology/topology-editor.js';
import type { TopologyStore } from './topology/topology-store.js';
import { TopologyKeeper } from './topology-keeper.js';
import { WriteDriver } from './write/write-driver.js';
import { WriteService } from './write/write-service.js';

export interface CoordinatorParts {
  store: TopologyStore;
  /** Given the topology's cluster id, opens links to its nodes. */
  createLinkFactory: (clusterId: string) => LinkFactory;
  /** Asks nodes for what their replicas hold, to compare them. */
  connectPeer: ConnectRecoveryPeer;
  clock: Clock;
  random: Random;
  logger: Logger;
}

export class Coordinator {
  readonly topology: TopologyKeeper;
  readonly nodes: NodeRegistry;
  readonly router: ReadRouter;
  readonly searches: SearchService;
  readonly reads: DocumentReads;
  readonly writes: WriteService;
  /** What writes pass before they begin. */
  readonly writeGate: WriteGate;
  readonly collections: CollectionAdmin;
  readonly nodeAdmin: NodeAdmin;
  readonly replicaAdmin: ReplicaAdmin;
  /** Replicas that left the in-sync set, or missed a write while they recover. */
  readonly replicationEvents = new ReplicationEvents();
  /** Takes replicas that missed a write out of the in-sync sets. */
  readonly inSync: InSyncKeeper;
  readonly #writeDriver: WriteDriver;
  /** Compares replicas in sync, and heals what differs. */
  readonly comparer: ReplicaComparer;
  /** Whether this coordinator does what only one of them may. */
  readonly election: ControllerElection;
  /** How long ago the topology was confirmed. */
  readonly freshness: TopologyFreshness;
  /** Where the topology store is shared. */
  readonly #unfinished: UnfinishedCollections | undefined;
  readonly #recovery: RecoveryDriver;
  /** Moves replicas as nodes come and go. */
  readonly moves: MoveDriver;
  /** Gives collections more partitions. */
  readonly splits: SplitDriver;
  readonly #clockMark: ClockMark;
  readonly #startWaitMs: number;

  private constructor(
    topology: TopologyKeeper,
    hybridClock: HybridClock,
    parts: CoordinatorParts,
    options: CoordinatorOptions,
  ) {
    const { store, clock, random, logger } = parts;
    this.election = new ControllerElection(store, clock, logger, options.controllerLease);
    this.freshness = new TopologyFreshness(store, clock, logger, options.topologyLeaseMs);
    const isController = () => this.election.isController;
    const createLink = parts.createLinkFactory(topology.current.clusterId);
    this.topology = topology;
    this.nodes = new NodeRegistry(
      topology.current,
      createLink,
      clock,
      random,
      logger,
      options.nodes,
    );
    this.nodes.onVersionSeen = ({ highestVersion }) => {
      if (!hybridClock.follow(highestVersion)) {
        this.replicationEvents.versionRefused();
        logger.error({ version: String(highestVersion) }, 'a node has versions from the future');
      }
    };
    topology.onChange((next) => this.nodes.topologyChanged(next));
    this.router = new ReadRouter(this.nodes, clock, random, options.reads);
    this.searches = new SearchService(this.router, () => this.freshness.staleMs);
    this.reads = new DocumentReads(this.router);
    const events = this.replicationEvents;
    this.inSync = new InSyncKeeper(topology, this.nodes, events, clock, logger);
    this.#writeDriver = new WriteDriver(
      { topology, nodes: this.nodes, inSync: this.inSync, events, clock },
      options,
    );
    this.writeGate = new WriteGate(options.writes, (nowMs) => this.router.gate.pressure(nowMs));
    this.writes = new WriteService(this.#writeDriver, hybridClock, events, this.writeGate, clock);
    this.collections = new CollectionAdmin(topology, this.nodes, clock, random, logger);
    this.nodeAdmin = new NodeAdmin(topology, this.nodes, logger);
    this.replicaAdmin = new ReplicaAdmin(topology, this.nodes, logger);
    const watched = { topology, nodes: this.nodes, clock, logger };
    this.#recovery = new RecoveryDriver({
      ...watched,
      isController,
      options: options.recovery,
    });
    this.moves = new MoveDriver({ ...watched, isController, options: options.moves });
    this.splits = new SplitDriver({
      ...watched,
      isController,
      random,
      lasting: (current) => this.moves.lasting(current),
      options: options.splits,
    });
    const { connectPeer } = parts;
    this.comparer = new ReplicaComparer({
      ...watched,
      isController,
      connectPeer,
      options: options.comparison,
    });
    const drop = (collection: CollectionEntry) => this.collections.drop(collection);
    if (store.isShared) {
      this.#unfinished = new UnfinishedCollections({ ...watched, isController, drop });
    }
    this.#clockMark = new ClockMark(store, hybridClock, clock, logger);
    this.#startWaitMs = options.startWaitMs;
  }

  /**
   * Resolves when it can serve: the topology is loaded, the clock is marked, and the nodes that it
   * knows are connected, or have had `startWaitMs` for it.
   */
  static async start(parts: CoordinatorParts, options: CoordinatorOptions): Promise<Coordinator> {
    const { store } = parts;
    const fresh = emptyTopology(randomHex(parts.random, 16));
    const topology = await loadOrCreateTopology(store, fresh);
    const hybridClock = new HybridClock(parts.clock, {
      coordinator: await store.claimCoordinatorId(),
      startAfter: await store.loadClockMark(),
    });
    const keeper = new TopologyKeeper(store, topology);
    const coordinator = new Coordinator(keeper, hybridClock, parts, options);
    try {
      await coordinator.#begin();
    } catch (error) {
      await coordinator.close();
      throw error;
    }
    return coordinator;
  }

  /** Undefined when searches can be served, otherwise why not. */
  notReadyReason(): string | undefined {
    const nodes = this.nodes.all();
    const away = nodes.filter((node) => !node.link.isConnected).map((node) => node.nodeId);
    if (nodes.length > 0 && away.length === nodes.length) {
      return `no shard node is connected: ${away.join(', ')}`;
    }
    const { staleMs } = this.freshness;
    if (staleMs === 0) return undefined;
    return `the topology store was not heard for ${Math.round(staleMs)} ms; searches and writes go on`;
  }

  async close(): Promise<void> {
    this.freshness.close();
    this.#unfinished?.close();
    this.#clockMark.stop();
    this.#writeDriver.close();
    this.#recovery.close();
    this.moves.close();
    this.splits.close();
    this.comparer.close();
    this.router.gate.close();
    this.nodes.close();
    this.topology.close();
    await this.election.close();
  }

  async #begin(): Promise<void> {
    await this.#clockMark.start();
    await this.election.start();
    // Another coordinator may be in the middle of making one.
    if (this.#unfinished === undefined) await this.collections.dropUnfinished();
    await this.nodes.whenConnected(this.#startWaitMs);
  }
}
