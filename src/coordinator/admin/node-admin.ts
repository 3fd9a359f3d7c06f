/**
 * Adds shard nodes to the topology, follows them when they come back under another address, and takes
 * them out again. What is moved for it is the move controller's business.
 */
import { AnnulusError } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { Logger } from '../../base/logger.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import { discardNode, drainNode } from '../topology/move-transitions.js';
import { isNamed, type NodeEntry, replicasOnNode, type Topology } from '../topology/topology.js';
import {
  addNode,
  pinNode,
  removeNode,
  setNodeIntent,
  type Transition,
} from '../topology/topology-transitions.js';
import type { TopologyKeeper } from '../topology-keeper.js';

export type WantedNode = Pick<NodeEntry, 'nodeId' | 'address' | 'zone' | 'weight'>;

/** A partition that has no copy in sync but the one that is given up. */
export interface LostPartition {
  collection: string;
  partition: number;
  documentCount: number;
}

export interface RemovalConsent {
  /** Even while the node is up and holds replicas. */
  force: boolean;
  /** Even when last copies go with it. */
  acceptDataLoss: boolean;
}

export class NodeAdmin {
  readonly #topology: TopologyKeeper;
  readonly #nodes: NodeRegistry;
  readonly #logger: Logger;

  constructor(topology: TopologyKeeper, nodes: NodeRegistry, logger: Logger) {
    this.#topology = topology;
    this.#nodes = nodes;
    this.#logger = logger;
  }

  /**
   * Adds a node or updates the one of this name. Refused while the node is healthy at another
   * address: two processes must not be one node; and when it says that it was a member of the cluster
   * (`memberOf`), but is none any more: an operator has removed it.
   */
  async add(wanted: WantedNode, memberOf?: string): Promise<NodeEntry> {
    const known = this.#nodes.get(wanted.nodeId);
    if (
      known !== undefined &&
      known.entry.address !== wanted.address &&
      known.health.state === 'up'
    ) {
      throw new AnnulusError(
        'ALREADY_EXISTS',
        'NODE_CONFLICT',
        `node ${wanted.nodeId} is up at ${known.entry.address}; stop it before it moves`,
        { metadata: { node_id: wanted.nodeId, address: known.entry.address } },
      );
    }
    const topology = await this.#topology.update((current) => {
      if (memberOf !== undefined) checkMember(current, wanted.nodeId, memberOf);
      return addNode(current, wanted);
    });
    const entry = topology.nodes.get(wanted.nodeId);
    invariant(entry !== undefined, `node ${wanted.nodeId} was not added`);
    return entry;
  }

  drain(nodeId: NodeId): Promise<NodeEntry> {
    return this.#change(nodeId, (current) => drainNode(current, nodeId));
  }

  cancelDrain(nodeId: NodeId): Promise<NodeEntry> {
    return this.#change(nodeId, (current) => setNodeIntent(current, nodeId, 'active'));
  }

  /** Everything goes from `nodeId` to `heir`, then the first is forgotten. */
  replace(nodeId: NodeId, heir: NodeId): Promise<NodeEntry> {
    return this.#change(nodeId, (current) => drainNode(current, nodeId, heir));
  }

  update(nodeId: NodeId, wanted: { zone?: string; weight?: number }): Promise<NodeEntry> {
    return this.#change(nodeId, (current) => pinNode(current, nodeId, wanted));
  }

  /** Forgets a node. Resolves to the last copies that were given up. */
  async remove(nodeId: NodeId, consent: RemovalConsent): Promise<LostPartition[]> {
    const topology = this.#topology.current;
    const heldCount = replicasOnNode(topology, nodeId).length;
    if (heldCount === 0) {
      await this.#topology.update((current) => removeNode(current, nodeId));
      return [];
    }
    if (this.#nodes.get(nodeId)?.isUp === true && !consent.force) {
      throw new AnnulusError(
        'FAILED_PRECONDITION',
        'NODE_CONFLICT',
        `node ${nodeId} is up and holds ${heldCount} replicas: drain it first, or force it`,
        { metadata: { node_id: nodeId, replicas: String(heldCount) } },
      );
    }
    const lost = this.#lastCopies(topology, nodeId);
    if (lost.length > 0 && !(consent.force && consent.acceptDataLoss)) throw lastCopy(nodeId, lost);
    await this.#topology.update((current) => {
      const now = this.#lastCopies(current, nodeId);
      if (now.length > lost.length) throw lastCopy(nodeId, now);
      return discardNode(current, nodeId);
    });
    if (lost.length > 0) {
      this.#logger.error({ node_id: nodeId, lost }, 'an operator gave up last copies');
    }
    return lost;
  }

  /** Partitions that are in sync on this node, and on no other that is known to hold them. */
  #lastCopies(topology: Topology, nodeId: NodeId): LostPartition[] {
    return replicasOnNode(topology, nodeId).flatMap(({ collection, partition, state }) => {
      const others = collection.partitions[partition]?.replicas.filter((replica) => {
        return replica.nodeId !== nodeId && replica.state === 'in_sync';
      });
      const key = replicaKey(collection.id, partition);
      const isElsewhere = others?.some((one) => this.#nodes.get(one.nodeId)?.holds(key)) === true;
      if (state !== 'in_sync' || isElsewhere || !isNamed(collection.state)) return [];
      const report = this.#nodes.get(nodeId)?.reports.get(key);
      const documentCount = report?.documentCount ?? 0;
      return [{ collection: collection.name, partition, documentCount }];
    });
  }

  async #change(nodeId: NodeId, transition: Transition): Promise<NodeEntry> {
    const topology = await this.#topology.update(transition);
    const entry = topology.nodes.get(nodeId);
    invariant(entry !== undefined, `node ${nodeId} is not there`);
    return entry;
  }
}

function checkMember({ clusterId, nodes }: Topology, nodeId: NodeId, memberOf: string): void {
  const details = { metadata: { node_id: nodeId } };
  if (memberOf !== clusterId) {
    const message = `node ${nodeId} belongs to cluster ${memberOf}, not ${clusterId}`;
    throw new AnnulusError('FAILED_PRECONDITION', 'NODE_CONFLICT', message, details);
  }
  if (nodes.has(nodeId)) return;
  const message =
    `node ${nodeId} was removed from this cluster; to take it in as a new node, start it with ` +
    '--rejoin';
  throw new AnnulusError('FAILED_PRECONDITION', 'NODE_REMOVED', message, details);
}

const LOST_SHOWN_MAX = 5;

function lastCopy(nodeId: NodeId, lost: readonly LostPartition[]): AnnulusError {
  const shown = lost.slice(0, LOST_SHOWN_MAX).map(({ collection, partition, documentCount }) => {
    return `partition ${partition} of ${collection} with ${documentCount} documents`;
  });
  const more = lost.length > shown.length ? `, and ${lost.length - shown.length} more` : '';
  return new AnnulusError(
    'FAILED_PRECONDITION',
    'LAST_COPY',
    `node ${nodeId} has the last copy of ${shown.join(', ')}${more}: it would be lost`,
    { metadata: { node_id: nodeId, partitions: String(lost.length) } },
  );
}
