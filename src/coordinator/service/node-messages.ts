/** Nodes and the topology as the public API spells them. */
import type { CollectionId, NodeId } from '../../base/ids.js';
import type { NodeInfo } from '../../wire/generated/annulus/v1/NodeInfo.js';
import type { ReplicaInfo } from '../../wire/generated/annulus/v1/ReplicaInfo.js';
import type { Topology as TopologyMessage } from '../../wire/generated/annulus/v1/Topology.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import { minInSyncOf } from '../topology/in-sync-floor.js';
import {
  fillingOf,
  isNamed,
  type NodeEntry,
  type ReplicaEntry,
  replicasOnNode,
  type Topology,
} from '../topology/topology.js';

export class NodeMessages {
  readonly #nodes: NodeRegistry;

  constructor(nodes: NodeRegistry) {
    this.#nodes = nodes;
  }

  topology(topology: Topology): TopologyMessage {
    const collections = [...topology.collections.values()]
      .filter(({ state }) => isNamed(state))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      epoch: topology.epoch,
      nodes: this.nodes(topology),
      areMovesPaused: topology.areMovesPaused,
      collections: collections.map((collection) => ({
        name: collection.name,
        splittingInto: fillingOf(topology, collection.id)?.partitions.length ?? 0,
        partitions: collection.partitions.map((entry, partition) => ({
          partition,
          generation: entry.generation,
          minInSync: minInSyncOf(collection, entry),
          replicas: entry.replicas.map((replica) =>
            replicaInfo(replica, this.#reportOf(replica.nodeId, collection.id, partition)),
          ),
        })),
      })),
    };
  }

  nodes(topology: Topology): NodeInfo[] {
    return [...topology.nodes.values()]
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))
      .map((entry) => this.node(topology, entry));
  }

  node(topology: Topology, entry: NodeEntry): NodeInfo {
    const node = this.#nodes.get(entry.nodeId);
    const replicaCount = replicasOnNode(topology, entry.nodeId).length;
    return {
      nodeId: entry.nodeId,
      address: entry.address,
      zone: entry.zone,
      weight: entry.weight,
      state: this.#nodeState(entry),
      replicaCount,
      documentCount: node?.documentCount ?? 0,
      outstanding: node?.link.outstanding ?? 0,
      isDrained: entry.intent === 'draining' && replicaCount === 0,
      isSafeToStop: this.#isSafeToStop(topology, entry),
      replacedBy: entry.replacedBy ?? '',
      downSinceMs: entry.downSinceMs ?? 0,
    };
  }

  #reportOf(nodeId: NodeId, collection: CollectionId, partition: number) {
    return this.#nodes.get(nodeId)?.reports.get(replicaKey(collection, partition));
  }

  #isSafeToStop(topology: Topology, { nodeId }: NodeEntry): boolean {
    return replicasOnNode(topology, nodeId).every(({ collection, partition }) => {
      const entry = collection.partitions[partition];
      if (!isNamed(collection.state) || entry === undefined) return true;
      const others = entry.replicas.filter((replica) => {
        const isOther = replica.nodeId !== nodeId && replica.state === 'in_sync';
        return isOther && this.#nodes.get(replica.nodeId)?.health.state === 'up';
      });
      return others.length >= minInSyncOf(collection, entry);
    });
  }

  #nodeState(entry: NodeEntry) {
    const health = this.#nodes.get(entry.nodeId)?.health.state ?? 'down';
    if (health === 'down') return 'NODE_STATE_DOWN';
    if (entry.intent === 'draining') return 'NODE_STATE_DRAINING';
    return health === 'up' ? 'NODE_STATE_UP' : 'NODE_STATE_SUSPECT';
  }
}

const CONDITIONS = {
  open: 'REPLICA_CONDITION_OPEN',
  loading: 'REPLICA_CONDITION_LOADING',
  missing: 'REPLICA_CONDITION_MISSING',
  corrupt: 'REPLICA_CONDITION_CORRUPT',
  failed: 'REPLICA_CONDITION_FAILED',
  full: 'REPLICA_CONDITION_FULL',
} as const;

function replicaInfo(
  { nodeId: ofNode, state }: ReplicaEntry,
  report: ReplicaReport | undefined,
): ReplicaInfo {
  return {
    nodeId: ofNode,
    state: state === 'in_sync' ? 'REPLICA_STATE_IN_SYNC' : 'REPLICA_STATE_RECOVERING',
    condition: report ? CONDITIONS[report.condition] : 'REPLICA_CONDITION_UNSPECIFIED',
    detail: report?.detail ?? '',
  };
}
