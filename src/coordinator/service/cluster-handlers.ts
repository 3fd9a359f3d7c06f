/** Handlers of the operators' service: nodes and topology. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { AnnulusError, invalidField } from '../../base/errors.js';
import { type CollectionId, type NodeId, nodeId } from '../../base/ids.js';
import type { AddNodeRequest__Output } from '../../wire/generated/annulus/v1/AddNodeRequest.js';
import type { CompareReplicasRequest__Output } from '../../wire/generated/annulus/v1/CompareReplicasRequest.js';
import type { CompareReplicasResponse } from '../../wire/generated/annulus/v1/CompareReplicasResponse.js';
import type { ForceInSyncRequest__Output } from '../../wire/generated/annulus/v1/ForceInSyncRequest.js';
import type { ForceInSyncResponse } from '../../wire/generated/annulus/v1/ForceInSyncResponse.js';
import type { ListNodesResponse } from '../../wire/generated/annulus/v1/ListNodesResponse.js';
import type { NodeInfo } from '../../wire/generated/annulus/v1/NodeInfo.js';
import type { ReplicaInfo } from '../../wire/generated/annulus/v1/ReplicaInfo.js';
import type { Topology as TopologyMessage } from '../../wire/generated/annulus/v1/Topology.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import type { NodeAdmin } from '../admin/node-admin.js';
import type { ReplicaAdmin } from '../admin/replica-admin.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import type { ReplicaComparer } from '../replication/replica-comparer.js';
import { checkAddress, checkNodeId, checkText } from '../requests/fields.js';
import {
  type NodeEntry,
  type ReplicaEntry,
  replicasOnNode,
  type Topology,
} from '../topology/topology.js';
import type { TopologyKeeper } from '../topology-keeper.js';

const ZONE_BYTES_MAX = 63;
const WEIGHT_MIN = 0.01;
const WEIGHT_MAX = 100;

export class ClusterHandlers {
  readonly #topology: TopologyKeeper;
  readonly #admin: NodeAdmin;
  readonly #replicas: ReplicaAdmin;
  readonly #nodes: NodeRegistry;
  readonly #comparer: ReplicaComparer;
  readonly #watches = new Set<() => void>();

  constructor(
    topology: TopologyKeeper,
    admin: NodeAdmin,
    replicas: ReplicaAdmin,
    nodes: NodeRegistry,
    comparer: ReplicaComparer,
  ) {
    this.#comparer = comparer;
    this.#topology = topology;
    this.#admin = admin;
    this.#replicas = replicas;
    this.#nodes = nodes;
  }

  async addNode(request: AddNodeRequest__Output): Promise<NodeInfo> {
    const address = checkAddress('address', request.address);
    const entry = await this.#admin.add({
      nodeId: nodeId(checkNodeId('node_id', request.nodeId)),
      address,
      zone: checkText('zone', request.zone, 0, ZONE_BYTES_MAX) || hostOf(address),
      weight: checkWeight(request.weight),
    });
    return this.#nodeInfo(this.#topology.current, entry);
  }

  forceInSync(request: ForceInSyncRequest__Output): Promise<ForceInSyncResponse> {
    const collection = this.#topology.collection(request.collection);
    if (!request.acceptDataLoss) {
      throw invalidField('accept_data_loss', false, 'true: acknowledged writes may be lost');
    }
    const target = nodeId(checkNodeId('node_id', request.nodeId));
    return this.#replicas.forceInSync(collection, request.partition, target);
  }

  listNodes(): ListNodesResponse {
    return { nodes: this.#nodeInfos(this.#topology.current) };
  }

  getTopology(): TopologyMessage {
    return this.#topologyMessage(this.#topology.current);
  }

  async compareReplicas({
    collection,
  }: CompareReplicasRequest__Output): Promise<CompareReplicasResponse> {
    return { partitions: await this.#comparer.compare(this.#topology.collection(collection)) };
  }

  watchTopology(call: ServerWritableStream<unknown, TopologyMessage>): void {
    const stopWatching = this.#topology.onChange((topology) => {
      call.write(this.#topologyMessage(topology));
    });
    const end = () => {
      forget();
      call.end();
    };
    const forget = () => {
      stopWatching();
      this.#watches.delete(end);
    };
    this.#watches.add(end);
    call.on('cancelled', forget);
    call.on('error', forget);
    call.write(this.getTopology());
  }

  notServed(method: string): never {
    throw new AnnulusError(
      'UNIMPLEMENTED',
      'NOT_IMPLEMENTED',
      `this version does not serve ${method}`,
    );
  }

  /** Ends every open watch. */
  stop(): void {
    for (const end of this.#watches) end();
  }

  #topologyMessage(topology: Topology): TopologyMessage {
    const collections = [...topology.collections.values()].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    return {
      epoch: topology.epoch,
      nodes: this.#nodeInfos(topology),
      collections: collections.map((collection) => ({
        name: collection.name,
        partitions: collection.partitions.map(({ generation, replicas }, partition) => ({
          partition,
          generation,
          replicas: replicas.map((replica) =>
            replicaInfo(replica, this.#reportOf(replica.nodeId, collection.id, partition)),
          ),
        })),
      })),
    };
  }

  #reportOf(nodeId: NodeId, collection: CollectionId, partition: number) {
    return this.#nodes.get(nodeId)?.reports.get(replicaKey(collection, partition));
  }

  #nodeInfos(topology: Topology): NodeInfo[] {
    return [...topology.nodes.values()]
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))
      .map((entry) => this.#nodeInfo(topology, entry));
  }

  #nodeInfo(topology: Topology, entry: NodeEntry): NodeInfo {
    const node = this.#nodes.get(entry.nodeId);
    return {
      nodeId: entry.nodeId,
      address: entry.address,
      zone: entry.zone,
      weight: entry.weight,
      state: this.#nodeState(entry),
      replicaCount: replicasOnNode(topology, entry.nodeId).length,
      documentCount: node?.documentCount ?? 0,
      outstanding: node?.link.outstanding ?? 0,
    };
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

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

function checkWeight(weight: number): number {
  if (weight === 0) return 1;
  if (!(weight >= WEIGHT_MIN && weight <= WEIGHT_MAX)) {
    throw invalidField('weight', weight, `${WEIGHT_MIN}..${WEIGHT_MAX} (0 means 1)`);
  }
  return weight;
}
