/**
 * The shard nodes as this coordinator sees them: one link each, kept in step with the topology; what
 * they were assigned; what they last reported; how healthy they are.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import type { CollectionId, NodeId, Partition } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { NodeLoad, ReplicaReport } from '../../wire/link-messages.js';
import {
  defaultNodeHealthOptions,
  NodeHealth,
  type NodeHealthOptions,
} from '../health/node-health.js';
import type { NodeEntry, Topology } from '../topology/topology.js';
import type { LinkOutcome, ShardLink, ShardLinkObserver } from '../transport/shard-link.js';
import { assignmentsOf, sameAssignments } from './assignments.js';

export type LinkFactory = (node: NodeEntry, observer: ShardLinkObserver) => ShardLink;

export interface NodeRegistryOptions {
  /** Pause between heartbeats. Default 500. */
  heartbeatIntervalMs: number;
  /** How long a heartbeat may take. Default 1,000. */
  heartbeatTimeoutMs: number;
  health: NodeHealthOptions;
}

export const defaultNodeRegistryOptions: NodeRegistryOptions = {
  heartbeatIntervalMs: 500,
  heartbeatTimeoutMs: 1_000,
  health: defaultNodeHealthOptions,
};

/** One node and all that is known of it. */
export class RegisteredNode {
  readonly nodeId: NodeId;
  readonly health: NodeHealth;
  entry: NodeEntry;
  link!: ShardLink;
  /** As the node last said: searches waiting in its queue. */
  queueDepth = 0;
  /** As the node last said of each replica, by `replicaKey`. */
  reports = new Map<string, ReplicaReport>();
  heartbeatTimer: Timer | undefined;

  constructor(entry: NodeEntry, health: NodeHealth) {
    this.nodeId = entry.nodeId;
    this.entry = entry;
    this.health = health;
  }

  /** Outstanding work: our own requests in flight, and what waits in the node's queue. */
  get load(): number {
    return this.link.outstanding + this.queueDepth;
  }

  get documentCount(): number {
    let count = 0;
    for (const report of this.reports.values()) count += report.documentCount;
    return count;
  }
}

export function replicaKey(collection: CollectionId, partition: Partition): string {
  return `${collection}/${partition}`;
}

export class NodeRegistry {
  readonly #clock: Clock;
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
    logger: Logger,
    options: NodeRegistryOptions = defaultNodeRegistryOptions,
  ) {
    this.#clock = clock;
    this.#logger = logger;
    this.#createLink = createLink;
    this.#options = options;
    this.#topology = topology;
    for (const entry of topology.nodes.values()) this.#add(entry);
  }

  get(nodeId: NodeId): RegisteredNode | undefined {
    return this.#nodes.get(nodeId);
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
        if (!sameAssignments(previous, next, entry.nodeId)) this.#assignQuietly(known);
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
    const reports = await node.link.assign(epoch, assignmentsOf(this.#topology, nodeId));
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

  /** What a call's outcome says of its node: load, versions, health. */
  noteOutcome(node: RegisteredNode, outcome: LinkOutcome): void {
    if (outcome.load !== undefined) {
      node.queueDepth = outcome.load.queueDepth;
      this.onVersionSeen(outcome.load);
    }
    switch (outcome.status) {
      case 'ok':
        node.health.requestSucceeded();
        break;
      case 'timed_out':
      case 'unavailable':
      case 'rejected':
        node.health.requestFailed(this.#clock.nowMs());
        break;
      default:
        break;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const node of this.#nodes.values()) this.#remove(node);
  }

  #add(entry: NodeEntry): void {
    const node = new RegisteredNode(entry, new NodeHealth(this.#options.health));
    this.#nodes.set(entry.nodeId, node);
    this.#openLink(node);
    this.#scheduleHeartbeat(node);
  }

  #remove(node: RegisteredNode): void {
    node.heartbeatTimer?.cancel();
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
        node.health.connected();
        node.queueDepth = 0;
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
    this.assign(node.nodeId).catch((error: unknown) => {
      this.#logger.warn({ node_id: node.nodeId, error: String(error) }, 'assignment failed');
    });
  }

  #scheduleHeartbeat(node: RegisteredNode): void {
    node.heartbeatTimer = this.#clock.setTimer(this.#options.heartbeatIntervalMs, () => {
      if (this.#isClosed || this.#nodes.get(node.nodeId) !== node) return;
      if (node.link.isConnected) this.#sendHeartbeat(node);
      this.#scheduleHeartbeat(node);
    });
  }

  #sendHeartbeat(node: RegisteredNode): void {
    const { link } = node;
    link.send({ kind: 'heartbeat' }, this.#options.heartbeatTimeoutMs, (outcome) => {
      if (node.link !== link) return;
      if (outcome.status === 'ok' && outcome.reply.kind === 'heartbeat') {
        node.health.heartbeatAnswered();
        node.queueDepth = outcome.load.queueDepth;
        this.onVersionSeen(outcome.load);
        this.#noteReports(node, outcome.reply.replicas);
        if (outcome.reply.epoch < this.#lastRelevantEpoch(node)) this.#assignQuietly(node);
      } else if (outcome.status === 'timed_out') {
        node.health.heartbeatMissed();
      }
    });
  }

  /** A node that knows no epoch at all lost or never got its assignment. */
  #lastRelevantEpoch(node: RegisteredNode): number {
    return this.#replicaCount(node.nodeId) > 0 ? 1 : 0;
  }

  #noteReports(node: RegisteredNode, reports: readonly ReplicaReport[]): void {
    node.reports = new Map(reports.map((r) => [replicaKey(r.collection, r.partition), r]));
  }

  #replicaCount(nodeId: NodeId): number {
    return assignmentsOf(this.#topology, nodeId).length;
  }
}
