/** Handlers of the operators' service: nodes and topology. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { invalidField } from '../../base/errors.js';
import { nodeId } from '../../base/ids.js';
import type { AddNodeRequest__Output } from '../../wire/generated/annulus/v1/AddNodeRequest.js';
import type { BackUpTopologyResponse } from '../../wire/generated/annulus/v1/BackUpTopologyResponse.js';
import type { CompareReplicasRequest__Output } from '../../wire/generated/annulus/v1/CompareReplicasRequest.js';
import type { CompareReplicasResponse } from '../../wire/generated/annulus/v1/CompareReplicasResponse.js';
import type { DrainNodeRequest__Output } from '../../wire/generated/annulus/v1/DrainNodeRequest.js';
import type { ForceInSyncRequest__Output } from '../../wire/generated/annulus/v1/ForceInSyncRequest.js';
import type { ForceInSyncResponse } from '../../wire/generated/annulus/v1/ForceInSyncResponse.js';
import type { ListNodesResponse } from '../../wire/generated/annulus/v1/ListNodesResponse.js';
import type { NodeInfo } from '../../wire/generated/annulus/v1/NodeInfo.js';
import type { RemoveNodeRequest__Output } from '../../wire/generated/annulus/v1/RemoveNodeRequest.js';
import type { RemoveNodeResponse } from '../../wire/generated/annulus/v1/RemoveNodeResponse.js';
import type { ReplaceNodeRequest__Output } from '../../wire/generated/annulus/v1/ReplaceNodeRequest.js';
import type { Topology as TopologyMessage } from '../../wire/generated/annulus/v1/Topology.js';
import type { UpdateNodeRequest__Output } from '../../wire/generated/annulus/v1/UpdateNodeRequest.js';
import type { NodeAdmin } from '../admin/node-admin.js';
import type { ReplicaAdmin } from '../admin/replica-admin.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { ReplicaComparer } from '../replication/replica-comparer.js';
import { checkNodeId } from '../requests/fields.js';
import { joiningNode, nodeUpdate } from '../requests/node-request.js';
import type { NodeEntry } from '../topology/topology.js';
import { serializeTopology } from '../topology/topology-json.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import { NodeMessages } from './node-messages.js';

export class ClusterHandlers {
  readonly #topology: TopologyKeeper;
  readonly #admin: NodeAdmin;
  readonly #replicas: ReplicaAdmin;
  readonly #messages: NodeMessages;
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
    this.#messages = new NodeMessages(nodes);
  }

  async addNode(request: AddNodeRequest__Output): Promise<NodeInfo> {
    const memberOf = request.memberOf === '' ? undefined : request.memberOf;
    return this.#nodeInfo(await this.#admin.add(joiningNode(request), memberOf));
  }

  async drainNode(request: DrainNodeRequest__Output): Promise<NodeInfo> {
    const id = nodeId(checkNodeId('node_id', request.nodeId));
    const change = request.cancel ? this.#admin.cancelDrain(id) : this.#admin.drain(id);
    return this.#nodeInfo(await change);
  }

  async removeNode(request: RemoveNodeRequest__Output): Promise<RemoveNodeResponse> {
    const id = nodeId(checkNodeId('node_id', request.nodeId));
    const { force, acceptDataLoss } = request;
    if (acceptDataLoss && !force) {
      throw invalidField('accept_data_loss', true, 'false, unless force is true as well');
    }
    return { lost: await this.#admin.remove(id, { force, acceptDataLoss }) };
  }

  async replaceNode(request: ReplaceNodeRequest__Output): Promise<NodeInfo> {
    const id = nodeId(checkNodeId('node_id', request.nodeId));
    const field = 'replacement_node_id';
    const heir = nodeId(checkNodeId(field, request.replacementNodeId));
    if (heir === id) throw invalidField(field, heir, 'another node than node_id');
    return this.#nodeInfo(await this.#admin.replace(id, heir));
  }

  async updateNode(request: UpdateNodeRequest__Output): Promise<NodeInfo> {
    const id = nodeId(checkNodeId('node_id', request.nodeId));
    return this.#nodeInfo(await this.#admin.update(id, nodeUpdate(request)));
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
    return { nodes: this.#messages.nodes(this.#topology.current) };
  }

  getTopology(): TopologyMessage {
    return this.#messages.topology(this.#topology.current);
  }

  backUpTopology(): BackUpTopologyResponse {
    const { current } = this.#topology;
    return { epoch: current.epoch, topology: serializeTopology(current) };
  }

  async compareReplicas({
    collection,
  }: CompareReplicasRequest__Output): Promise<CompareReplicasResponse> {
    return { partitions: await this.#comparer.compare(this.#topology.collection(collection)) };
  }

  watchTopology(call: ServerWritableStream<unknown, TopologyMessage>): void {
    const stopWatching = this.#topology.onChange((topology) => {
      call.write(this.#messages.topology(topology));
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

  /** Ends every open watch. */
  stop(): void {
    for (const end of this.#watches) end();
  }

  #nodeInfo(entry: NodeEntry): NodeInfo {
    return this.#messages.node(this.#topology.current, entry);
  }
}
