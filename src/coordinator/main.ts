/** One coordinator as a process: gRPC in front, LMDB and links behind. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { AnnulusError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { type StatusServer, type StatusSource, startStatusServer } from '../base/status-server.js';
import { systemClock } from '../base/system-clock.js';
import { systemRandom } from '../base/system-random.js';
import { GrpcRecoveryPeer } from '../wire/grpc-recovery-peer.js';
import type { CoordinatorOptions, HostAndPort } from './config.js';
import { Coordinator, type CoordinatorParts } from './coordinator.js';
import { openTopologyStore } from './open-topology-store.js';
import { ClusterHandlers } from './service/cluster-handlers.js';
import { CollectionHandlers } from './service/collection-handlers.js';
import { DocumentHandlers } from './service/document-handlers.js';
import { MoveHandlers } from './service/move-handlers.js';
import { registerServices } from './service/register-services.js';
import { SearchHandlers } from './service/search-handlers.js';
import { SplitHandlers } from './service/split-handlers.js';
import type { CallFrame } from './service/unary.js';
import { watchAdmission } from './telemetry/admission-metrics.js';
import { Metrics } from './telemetry/metrics.js';
import { watchMoves } from './telemetry/move-metrics.js';
import { watchSplits } from './telemetry/split-metrics.js';
import type { TopologyStore } from './topology/topology-store.js';
import { GrpcShardLink } from './transport/grpc-shard-link.js';

export interface RunningCoordinator {
  /** HOST:PORT of the gRPC service. */
  address: string;
  /** HOST:PORT of the HTTP port, when there is one. */
  httpAddress: string | undefined;
  /** Stops taking work, finishes what is in flight, lets go of everything. */
  stop(): Promise<void>;
}

/** Room for the envelope of a batch of the largest size. */
const MESSAGE_OVERHEAD_BYTES = 4 * 1024 * 1024;
const SEND_BYTES_MAX = 64 * 1024 * 1024;

/** Rejects with an `AnnulusError`, a store's error or a Node error when it cannot start. */
export async function runCoordinator(
  options: CoordinatorOptions,
  logger: Logger,
): Promise<RunningCoordinator> {
  const store = await openTopologyStore(options.dataDirectory, options.etcd);
  let coordinator: Coordinator | undefined;
  try {
    coordinator = await Coordinator.start(partsOf(store, logger), options);
    return await serve(coordinator, store, options, logger);
  } catch (error) {
    await coordinator?.close();
    await store.close();
    throw error;
  }
}

function partsOf(store: TopologyStore, logger: Logger): CoordinatorParts {
  const shared = { clock: systemClock, random: systemRandom, logger };
  return {
    store,
    createLinkFactory:
      (clusterId) =>
      ({ nodeId, address }, observer) =>
        new GrpcShardLink({ clusterId, nodeId, address }, { ...shared, observer }),
    connectPeer: (address) => new GrpcRecoveryPeer(address, systemClock),
    ...shared,
  };
}

async function serve(
  coordinator: Coordinator,
  store: TopologyStore,
  options: CoordinatorOptions,
  logger: Logger,
): Promise<RunningCoordinator> {
  let isStopping = false;
  const frame: CallFrame = {
    clock: systemClock,
    logger,
    metrics: new Metrics(
      () => nodeSamples(coordinator),
      () => coordinator.topology.current,
      () => coordinator.comparer.divergence(),
    ),
    timeoutMsMax: options.limits.requestTimeoutMsMax,
    isStopping: () => isStopping,
    refreshTopology: () => coordinator.topology.refresh(),
  };
  const { router } = coordinator;
  watchMoves(frame.metrics.registry, coordinator.moves);
  watchSplits(
    frame.metrics.registry,
    () => coordinator.topology.current,
    () => coordinator.splits.counters,
  );
  frame.metrics.watchReads(router.counters, () => router.budget.exhaustedCount);
  watchAdmission(frame.metrics.registry, {
    gate: router.gate,
    writeGate: coordinator.writeGate,
    retriesShed: () => router.counters.retriesShed,
    retryTokens: () => router.budget.tokens(systemClock.nowMs()),
    nowMs: () => systemClock.nowMs(),
    limits: () => {
      const nodes = coordinator.nodes.all();
      return nodes.map(({ nodeId, concurrency }) => ({ nodeId, limit: concurrency.value }));
    },
  });
  const { election, freshness } = coordinator;
  frame.metrics.watchControl(
    () => election.isController,
    () => freshness.ageMs,
  );
  coordinator.replicationEvents.subscribe({
    onEvicted: (_, cause) => frame.metrics.replicaEvicted(cause),
    onRestamped: (opCount) => frame.metrics.writesRestamped(opCount),
    onVersionRefused: () => frame.metrics.versionRefused(),
    onRecoveringMissedWrite: () => frame.metrics.recoveringMissedWrite(),
  });
  const server = createServer(options);
  const services = registerServices(server, frame, createHandlers(coordinator, frame, options));
  const port = await bind(server, options.listen);
  const http = await startHttp(options, {
    notReadyReason: () => (isStopping ? 'stopping' : coordinator.notReadyReason()),
    metrics: () => frame.metrics.registry.metrics(),
  }).catch((error: unknown) => {
    server.forceShutdown();
    throw error;
  });
  services.setServing(true);
  return {
    address: `${options.listen.host}:${port}`,
    httpAddress: http?.address,
    async stop() {
      isStopping = true;
      services.setServing(false);
      services.stopStreams();
      await shutDown(server, options.stopTimeoutMs);
      await http?.close();
      await coordinator.close();
      await store.close();
    },
  };
}

async function startHttp(
  { http }: CoordinatorOptions,
  source: StatusSource,
): Promise<StatusServer | undefined> {
  return http === undefined ? undefined : startStatusServer(http, source);
}

function createServer(options: CoordinatorOptions): Server {
  return new Server({
    'grpc.max_receive_message_length': options.limits.batchBytesMax + MESSAGE_OVERHEAD_BYTES,
    'grpc.max_send_message_length': SEND_BYTES_MAX,
    'grpc.max_concurrent_streams': 1_024,
    // A peer that is gone, or never spoke HTTP/2, is let go after half a minute.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.enable_channelz': 0,
  });
}

function createHandlers(
  coordinator: Coordinator,
  frame: CallFrame,
  { limits }: CoordinatorOptions,
) {
  const { topology, nodes, searches, reads, writes, collections } = coordinator;
  const { nodeAdmin, replicaAdmin } = coordinator;
  return {
    collections: new CollectionHandlers(topology, collections, reads, searches, limits),
    documents: new DocumentHandlers(topology, writes, reads, limits),
    searches: new SearchHandlers(frame, topology, searches, limits),
    cluster: new ClusterHandlers(topology, nodeAdmin, replicaAdmin, nodes, coordinator.comparer),
    moves: new MoveHandlers(topology, coordinator.moves, frame.clock, limits),
    splits: new SplitHandlers(topology, coordinator.splits, coordinator.moves, limits),
  };
}

function nodeSamples({ nodes }: Coordinator) {
  return nodes.all().map((node) => ({
    nodeId: node.nodeId,
    isUp: node.health.state === 'up',
    outstanding: node.link.outstanding,
    queueDepth: node.loadMeter.queueDepth,
    documentCount: node.documentCount,
  }));
}

function bind(server: Server, { host, port }: HostAndPort): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else {
        reject(
          new AnnulusError(
            'FAILED_PRECONDITION',
            'CONNECTION_FAILED',
            `cannot listen on ${host}:${port}: ${error.message}`,
            { cause: error },
          ),
        );
      }
    });
  });
}

/** Lets calls in flight end, for `timeoutMs` at most. */
function shutDown(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = systemClock.setTimer(timeoutMs, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      timer.cancel();
      resolve();
    });
  });
}
