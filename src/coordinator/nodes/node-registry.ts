/**
 * The shard nodes as this coordinator sees them: one link each, kept in step with the topology; what
 * they were assigned; what they last reported; how healthy they are.
 */
import type { Clock } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import type { CollectionId, NodeId, Partition } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import type { NodeLoad, ReplicaReport } from '../../wire/link-messages.js';
import { defaultNodeLoadOptions, type NodeLoadOptions } from '../balancing/node-load.js';
import { defaultNodeHealthOptions, type NodeHealthOptions } from '../health/node-health.js';
import {
  type ConcurrencyLimitOptions,
  defaultConcurrencyLimitOptions,
} from '../resilience/concurrency-limit.js';
import { defaultHedgeOptions, type HedgeOptions } from '../resilience/hedge-policy.js';
import type { NodeEntry, Topology } from '../topology/topology.js';
import type { LinkOutcome, ShardLink, ShardLinkObserver } from '../transport/shard-link.js';
import { assignmentsOf, sameAssignments } from './assignments.js';
import { watchRecoveries } from './recovery-watch.js';
import { RegisteredNode } from './registered-node.js';

export type LinkFactory = (node: NodeEntry, observer: ShardLinkObserver) => ShardLink;

export interface NodeRegistryOptions {
  /** Pause between heartbeats. Default 500. */
  heartbeatIntervalMs: number;
  /** How long a heartbeat may take. Default 1,000. */
  heartbeatTimeoutMs: number;
  health: NodeHealthOptions;
  load: NodeLoadOptions;
  hedge: HedgeOptions;
  /** How many reads each node gets at a time. */
  concurrency: ConcurrencyLimitOptions;
}

export const defaultNodeRegistryOptions: NodeRegistryOptions = {
  heartbeatIntervalMs: 500,
  heartbeatTimeoutMs: 1_000,
  health: defaultNodeHealthOptions,
  load: defaultNodeLoadOptions,
  hedge: defaultHedgeOptions,
  concurrency: defaultConcurrencyLimitOptions,
};

/** A suspect node is probed by heartbeats' side when no read has done so for this long. */
const IDLE_PROBE_AFTER_MS = 1_000;

export function replicaKey(collection: CollectionId, partition: Partition): string {
  return `${collection}/${partition}`;
}

export class NodeRegistry {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #createLink: LinkFactory;
  readonly #options: NodeRegistryOptions;
  readonly #nodes = new Map<NodeId, RegisteredNode>();
  #topology: Topology;
  #isClosed = false;
  /** Told of the highest version that any node has seen. */
  onVersionSeen: (load: NodeLoad) => void = () => {};

  constructor(
    topology: Topology,
    createLink: LinkFactory,
    clock: Clock,
    random: Random,
    logger: Logger,
    options: NodeRegistryOptions = defaultNodeRegistryOptions,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
    this.#createLink = createLink;
    this.#options = options;
    this.#topology = topology;
    for (const entry of topology.nodes.values()) this.#add(entry);
  }

  get(nodeId: NodeId): RegisteredNode | undefined {
    return this.#nodes.get(nodeId);
  }

  /** The newest that this coordinator knows. */
  get topology(): Topology {
    return this.#topology;
  }

  all(): RegisteredNode[] {
    return [...this.#nodes.values()];
  }

  /** Follows a newer topology: opens and closes links, and tells nodes what they now hold. */
  topologyChanged(next: Topology): void {
    const previous = this.#topology;
    if (next.epoch <= previous.epoch) return;
    this.#topology = next;
    for (const node of this.#nodes.values()) {
      if (!next.nodes.has(node.nodeId)) this.#remove(node);
    }
    for (const entry of next.nodes.values()) {
      const known = this.#nodes.get(entry.nodeId);
      if (known === undefined) this.#add(entry);
      else if (known.entry.address !== entry.address) this.#relink(known, entry);
      else {
        known.entry = entry;
        if (sameAssignments(previous, next, entry.nodeId)) continue;
        known.assignmentEpoch = next.epoch;
        this.#assignQuietly(known);
      }
    }
  }

  /** Tells one node what it holds; resolves to what it says of each replica. */
  async assign(nodeId: NodeId): Promise<ReplicaReport[]> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) {
      throw new AnnulusError('NOT_FOUND', 'NODE_NOT_FOUND', `no node ${nodeId}`);
    }
    const { epoch } = this.#topology;
    const held = assignmentsOf(this.#topology, nodeId);
    const reports = await node.link.assign(epoch, held);
    node.toldGenerations = new Map(
      held.map(({ collection, partition, generation }) => [
        replicaKey(collection, partition),
        generation,
      ]),
    );
    this.#noteReports(node, reports);
    return reports;
  }

  /** Resolves when every node of the topology is connected and assigned, or after `timeoutMs`. */
  async whenConnected(timeoutMs: number): Promise<void> {
    const giveUpAtMs = this.#clock.nowMs() + timeoutMs;
    const isPending = (node: RegisteredNode) =>
      !node.link.isConnected || node.reports.size < this.#replicaCount(node.nodeId);
    while (this.all().some(isPending) && this.#clock.nowMs() < giveUpAtMs) {
      await new Promise<void>((resolve) => this.#clock.setTimer(20, resolve));
    }
  }

  /** What a write's outcome says of its node: load, versions, health. */
  noteOutcome(node: RegisteredNode, outcome: LinkOutcome): void {
    this.noteLoad(node, outcome);
    const nowMs = this.#clock.nowMs();
    if (outcome.status === 'ok') node.health.requestSucceeded(nowMs);
    if (outcome.status === 'timed_out' || outcome.status === 'unavailable') {
      node.health.requestFailed(nowMs);
    }
  }

  /** What any reply says: how busy the node is, and the highest version that it has seen. */
  noteLoad(node: RegisteredNode, { load }: LinkOutcome): void {
    if (load === undefined) return;
    node.loadMeter.queueDepth = load.queueDepth;
    this.onVersionSeen(load);
  }

  close(): void {
    this.#isClosed = true;
    for (const node of this.#nodes.values()) this.#remove(node);
  }

  #add(entry: NodeEntry): void {
    const node = new RegisteredNode(entry, this.#options, this.#random);
    this.#nodes.set(entry.nodeId, node);
    this.#openLink(node);
    this.#scheduleHeartbeat(node);
  }

  #remove(node: RegisteredNode): void {
    node.heartbeatTimer?.cancel();
    node.recoveryTimer?.cancel();
    node.link.close();
    this.#nodes.delete(node.nodeId);
  }

  #relink(node: RegisteredNode, entry: NodeEntry): void {
    node.entry = entry;
    node.health.disconnected();
    node.link.close();
    this.#openLink(node);
  }

  #openLink(node: RegisteredNode): void {
    const entry = node.entry;
    const isCurrent = () => node.entry === entry && !this.#isClosed;
    node.link = this.#createLink(entry, {
      onConnected: () => {
        if (node.entry.address !== entry.address || this.#isClosed) return;
        this.#logger.info({ node_id: node.nodeId, address: entry.address }, 'node connected');
        node.hasReported = false;
        node.health.connected(this.#clock.nowMs());
        node.loadMeter.reset();
        node.concurrency.reset();
        node.roundTrip.reset();
        this.#assignQuietly(node);
      },
      onDisconnected: (detail) => {
        if (!isCurrent() && node.entry.address !== entry.address) return;
        this.#logger.warn({ node_id: node.nodeId, detail }, 'node disconnected');
        node.health.disconnected();
      },
    });
  }

  #assignQuietly(node: RegisteredNode): void {
    if (!node.link.isConnected) return;
    if (node.isAssigning) {
      node.mustAssignAgain = true;
      return;
    }
    node.isAssigning = true;
    this.assign(node.nodeId)
      .catch((error: unknown) => {
        // Another coordinator was quicker with a newer topology.
        const isOlder = error instanceof AnnulusError && error.reason === 'STALE_TOPOLOGY';
        const level = isOlder ? 'debug' : 'warn';
        this.#logger[level]({ node_id: node.nodeId, error: String(error) }, 'assignment failed');
      })
      .finally(() => {
        node.isAssigning = false;
        if (!node.mustAssignAgain || this.#isClosed) return;
        node.mustAssignAgain = false;
        this.#assignQuietly(node);
      });
  }

  #scheduleHeartbeat(node: RegisteredNode): void {
    node.heartbeatTimer = this.#clock.setTimer(this.#options.heartbeatIntervalMs, () => {
      if (this.#isClosed || this.#nodes.get(node.nodeId) !== node) return;
      if (node.link.isConnected) {
        this.#sendHeartbeat(node);
        this.#probeIfIdle(node);
      }
      this.#scheduleHeartbeat(node);
    });
  }

  #sendHeartbeat(node: RegisteredNode): void {
    const { link } = node;
    const sentAtMs = this.#clock.nowMs();
    link.send({ kind: 'heartbeat' }, this.#options.heartbeatTimeoutMs, (outcome) => {
      if (node.link !== link) return;
      if (outcome.status === 'ok' && outcome.reply.kind === 'heartbeat') {
        const nowMs = this.#clock.nowMs();
        node.health.heartbeatAnswered(nowMs);
        node.roundTrip.answered(nowMs - sentAtMs);
        this.noteLoad(node, outcome);
        this.#noteReports(node, outcome.reply.replicas);
        if (outcome.reply.epoch < this.#lastRelevantEpoch(node)) this.#assignQuietly(node);
      } else if (outcome.status === 'timed_out') {
        node.health.heartbeatMissed();
      }
    });
  }

  /** Reads are the better probes; where there are none, a count of one replica has to do. */
  #probeIfIdle(node: RegisteredNode): void {
    const nowMs = this.#clock.nowMs();
    if (!node.health.isProbeOverdue(nowMs, IDLE_PROBE_AFTER_MS)) return;
    const [held] = assignmentsOf(this.#topology, node.nodeId);
    if (held === undefined || !node.health.tryProbe(nowMs)) return;
    const { collection, partition, generation } = held;
    const { link } = node;
    link.send(
      { kind: 'count', collection, targets: [{ partition, generation }] },
      this.#options.heartbeatTimeoutMs,
      (outcome) => {
        if (node.link === link)
          node.health.probeEnded(outcome.status === 'ok', this.#clock.nowMs());
      },
    );
  }

  /** A node that knows only an older epoch lost or never got its assignment. */
  #lastRelevantEpoch(node: RegisteredNode): number {
    return Math.max(node.assignmentEpoch, this.#replicaCount(node.nodeId) > 0 ? 1 : 0);
  }

  #noteReports(node: RegisteredNode, reports: readonly ReplicaReport[]): void {
    node.hasReported = true;
    node.reports = new Map(reports.map((r) => [replicaKey(r.collection, r.partition), r]));
    watchRecoveries(node, reports, {
      clock: this.#clock,
      timeoutMs: this.#options.heartbeatTimeoutMs,
      isKnown: () => !this.#isClosed && this.#nodes.get(node.nodeId) === node,
      onReports: (of, later) => this.#noteReports(of, later),
    });
  }

  #replicaCount(nodeId: NodeId): number {
    return assignmentsOf(this.#topology, nodeId).length;
  }
}
