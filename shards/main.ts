/** One shard node as a process: the link in front, LMDB and HNSW behind. */
import { hostname } from 'node:os';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type Clock, delay } from '../src/base/clock.js';
import type { Logger } from '../src/base/logger.js';
import { StartupError } from '../src/base/startup-error.js';
import { type StatusServer, startStatusServer } from '../src/base/status-server.js';
import { holdProcessOpen, systemClock } from '../src/base/system-clock.js';
import { randomHex } from '../src/base/system-random.js';
import { GrpcRecoveryPeer } from '../src/wire/grpc-recovery-peer.js';
import type { ReplicaReport } from '../src/wire/link-messages.js';
import { ClusterJoiner, grpcAddNode } from './cluster-joiner.js';
import type { HostAndPort, ShardNodeConfig } from './config.js';
import { LinkService, linkServerOptions } from './link-service.js';
import { openNativeHeap } from './native-heap.js';
import type { CallObserver } from './node-call.js';
import { type NodeDirectory, openNodeDirectory } from './node-directory.js';
import { NodeMetrics } from './node-metrics.js';
import { DiskReplicaHome } from './replica-home.js';
import { ReplicaSet } from './replica-set.js';
import { RestReclaimer } from './rest-reclaimer.js';
import { Scheduler } from './scheduler.js';
import { ShardNode } from './shard-node.js';

export interface RunningShardNode {
  nodeId: string;
  /** HOST:PORT of the link, as coordinators reach it. */
  address: string;
  /** HOST:PORT of the HTTP port, when there is one. */
  httpAddress: string | undefined;
  reports(): ReplicaReport[];
  /** True once a coordinator knows of the node; it serves what it holds in any case. */
  hasJoined(): boolean;
  /**
   * Stops taking work, finishes what is in flight, saves the graphs and lets go of everything, within
   * `stopTimeoutMs`. True when all of it was done in time.
   */
  stop(): Promise<boolean>;
}

/**
 * Resolves when the node serves and has joined, or has tried to for `joinWaitMs`.
 * Rejects with a `StartupError` when it cannot start.
 */
export async function runShardNode(
  config: ShardNodeConfig,
  logger: Logger,
): Promise<RunningShardNode> {
  const clock = systemClock;
  const directory = await openNodeDirectory(config.dataDirectory, config.nodeId);
  const letGo = holdProcessOpen();
  const undo: (() => Promise<unknown>)[] = [async () => letGo(), () => directory.lock.release()];
  try {
    return await serve(config, logger, clock, directory, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

/** Adds to `undo` what is to be undone, last first, when the start fails, and at the stop. */
async function serve(
  config: ShardNodeConfig,
  logger: Logger,
  clock: Clock,
  directory: NodeDirectory,
  undo: (() => Promise<unknown>)[],
): Promise<RunningShardNode> {
  const metrics = new NodeMetrics();
  const scheduler = new Scheduler(clock, config.scheduler);
  const home = new DiskReplicaHome({
    directory: directory.replicasPath,
    ...{ clock, scheduler, logger },
    limits: config.partition,
    tombstoneGraceMs: config.recovery.tombstoneGraceMs,
  });
  const { record, saveRecord } = directory;
  const replicas = new ReplicaSet(home, logger);
  const { limits } = config;
  const reclaimer = new RestReclaimer({
    clock,
    pendingRowCount: () => node.pendingRowCount,
    collectGarbage() {
      // Only there when Node was told to offer it. The second time lets go of the pages that the first
      // one has emptied.
      globalThis.gc?.();
      globalThis.gc?.();
    },
    trimNativeHeap: await openNativeHeap(logger),
  });
  undo.push(async () => reclaimer.stop());
  const onCall: CallObserver = (kind, ...how) => {
    metrics.onCall(kind, ...how);
    reclaimer.onCall(kind);
  };
  const connectPeer = (peerAddress: string) => new GrpcRecoveryPeer(peerAddress, clock);
  const options = {
    ...{ clock, logger, scheduler, replicas, record, saveRecord, limits, onCall },
    connectPeer,
    recovery: config.recovery,
  };
  const node = new ShardNode(options);
  metrics.watch(node);
  const link = new LinkService(node, { clock, logger, incarnation: randomHex(8) });
  const server = new Server(linkServerOptions);
  link.addTo(server);
  const port = await bind(server, config.listen);
  undo.push(() => shutDown(server, link, clock));
  const address = config.advertise ?? advertised(config.listen.host, port);
  // Requests for replicas that are still being opened are answered `unavailable`.
  void node.reopen();
  const { zone, weight } = config;
  const memberOf = config.rejoin ? undefined : record.clusterId;
  const request = { nodeId: node.nodeId, address, zone, weight, memberOf: memberOf ?? '' };
  const joiner = new ClusterJoiner(clock, logger, grpcAddNode(clock), config.join, request);
  let isStopping = false;
  let stopped: Promise<boolean> | undefined;
  const http = await startHttp(config.http, metrics, () => {
    if (isStopping) return 'stopping';
    return joiner.hasJoined || config.join.length === 0 ? undefined : 'not joined yet';
  });
  if (http !== undefined) undo.push(() => http.close());
  joiner.start();
  if (config.join.length > 0) {
    const waited = Promise.race([joiner.joined, delay(clock, config.joinWaitMs)]);
    const removed = await Promise.race([joiner.removed, waited]);
    if (removed !== undefined) {
      joiner.stop();
      await node.stop(config.stopTimeoutMs);
      throw new StartupError(removed.message, removed);
    }
    if (!joiner.hasJoined) logger.warn({ address }, 'serving without having joined; still trying');
  }
  return {
    nodeId: node.nodeId,
    address,
    httpAddress: http?.address,
    reports: () => node.reports(),
    hasJoined: () => joiner.hasJoined,
    stop() {
      isStopping = true;
      joiner.stop();
      stopped ??= stopAll(node, config.stopTimeoutMs, logger, undo);
      return stopped;
    },
  };
}

async function stopAll(
  node: ShardNode,
  timeoutMs: number,
  logger: Logger,
  undo: (() => Promise<unknown>)[],
): Promise<boolean> {
  const isComplete = await node.stop(timeoutMs);
  if (!isComplete) logger.warn({ timeoutMs }, 'stopped before all was finished and saved');
  for (const step of undo.reverse()) await step();
  return isComplete;
}

function bind(server: Server, listen: HostAndPort): Promise<number> {
  const target = hostAndPort(listen.host, listen.port);
  return new Promise((resolve, reject) => {
    server.bindAsync(target, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new StartupError(`cannot listen on ${target}: ${error.message}`, error));
    });
  });
}

async function startHttp(
  listen: HostAndPort | undefined,
  metrics: NodeMetrics,
  notReadyReason: () => string | undefined,
): Promise<StatusServer | undefined> {
  if (listen === undefined) return undefined;
  try {
    return await startStatusServer(listen, {
      notReadyReason,
      metrics: () => metrics.registry.metrics(),
    });
  } catch (error) {
    const target = hostAndPort(listen.host, listen.port);
    throw new StartupError(`cannot listen on ${target}: ${(error as Error).message}`, error);
  }
}

const SHUT_DOWN_MS = 1000;

/** Calls have ended by now: only connections are left. */
function shutDown(server: Server, link: LinkService, clock: Clock): Promise<void> {
  link.close();
  return new Promise((resolve) => {
    const timer = clock.setTimer(SHUT_DOWN_MS, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      timer.cancel();
      resolve();
    });
  });
}

/** How others reach what listens on every interface: by the machine's name. */
function advertised(host: string, port: number): string {
  const isEverywhere = host === '0.0.0.0' || host === '::' || host === '[::]';
  return hostAndPort(isEverywhere ? hostname() : host, port);
}

function hostAndPort(host: string, port: number): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}
