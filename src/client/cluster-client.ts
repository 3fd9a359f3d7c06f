/** Nodes and topology: the operators' side of the client. */
import type { NodeInfo__Output } from '../wire/generated/annulus/v1/NodeInfo.js';
import { annulusV1 } from '../wire/proto-package.js';
import type { CallRunner } from './call-runner.js';
import type { CallScope } from './call-scope.js';
import { checkBoolean, checkInteger, checkNumber, checkText, optional } from './check.js';
import type {
  CollectionSplit,
  ForcedInSync,
  LostPartition,
  NodeInfo,
  NodeInput,
  PartitionComparison,
  SplitInput,
  Topology,
  TopologyBackup,
} from './cluster-types.js';
import type { ConnectionPool } from './connection-pool.js';
import { decodeComparison, decodeNode, decodeTopology } from './decode.js';
import { MoveClient, replicationRequest, updateRequest } from './move-client.js';
import type { NodeUpdate, ReplicationInput } from './move-types.js';
import { resilientStream } from './resilient-stream.js';
import type { CallOptions } from './types.js';

const methods = annulusV1.Cluster.service;

export class ClusterClient {
  readonly #connections: ConnectionPool;
  readonly #runner: CallRunner;
  /** Replicas on their way from node to node. */
  readonly moves: MoveClient;

  constructor(connections: ConnectionPool, runner: CallRunner) {
    this.#connections = connections;
    this.#runner = runner;
    this.moves = new MoveClient(connections, runner);
  }

  /** All nodes, by id. */
  async listNodes(options: CallOptions = {}): Promise<NodeInfo[]> {
    const { nodes } = await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', () =>
        this.#connections.unary(methods.ListNodes, {}, scope),
      ),
    );
    return nodes.map(decodeNode);
  }

  async getTopology(options: CallOptions = {}): Promise<Topology> {
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () =>
        decodeTopology(await this.#connections.unary(methods.GetTopology, {}, scope)),
      ),
    );
  }

  /** The topology whole, as JSON that `annulus topology restore` reads. */
  async backUpTopology(options: CallOptions = {}): Promise<TopologyBackup> {
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () => {
        const answer = await this.#connections.unary(methods.BackUpTopology, {}, scope);
        return { epoch: Number(answer.epoch), topology: answer.topology };
      }),
    );
  }

  /** What the replicas in sync of each partition hold, compared with each other. */
  async compareReplicas(
    collection: string,
    options: CallOptions = {},
  ): Promise<PartitionComparison[]> {
    const request = { collection: checkText('collection', collection) };
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () => {
        const { partitions } = await this.#connections.unary(
          methods.CompareReplicas,
          request,
          scope,
        );
        return partitions.map(decodeComparison);
      }),
    );
  }

  /**
   * The present topology at once, then each newer one, until the loop is left or `signal` is
   * aborted (then it throws `CANCELLED`). A lost connection is made again; epochs may be skipped,
   * never repeated. It throws when reconnecting has failed as often as a call may be tried.
   */
  async *watchTopology(options: { signal?: AbortSignal } = {}): AsyncGenerator<Topology> {
    let lastEpoch = -1;
    const method = methods.WatchTopology;
    const messages = resilientStream(this.#connections, this.#runner, method, {}, options.signal);
    for await (const message of messages) {
      const topology = decodeTopology(message);
      if (topology.epoch <= lastEpoch) continue;
      lastEpoch = topology.epoch;
      yield topology;
    }
  }

  /**
   * Adds a shard node, or tells that one has moved to another address. Shard nodes do so by
   * themselves. Repeating it changes nothing, so it is retried.
   */
  async addNode(node: NodeInput, options: CallOptions = {}): Promise<NodeInfo> {
    const weight = (field: string, value: unknown) => checkNumber(field, value, 0.01, 100);
    const request = {
      nodeId: checkText('nodeId', node.nodeId),
      address: checkText('address', node.address),
      zone: optional(node.zone, '', checkText, 'zone'),
      weight: optional(node.weight, 0, weight, 'weight'),
    };
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () =>
        decodeNode(await this.#connections.unary(methods.AddNode, request, scope)),
      ),
    );
  }

  /**
   * The last resort for a partition whose in-sync replicas are gone for good: declares another replica
   * to be in sync, the others not to be. Acknowledged writes that it lacks are lost. Not retried.
   */
  async forceInSync(
    replica: { collection: string; partition: number; nodeId: string; acceptDataLoss: boolean },
    options: CallOptions = {},
  ): Promise<ForcedInSync> {
    const request = {
      collection: checkText('collection', replica.collection),
      partition: checkInteger('partition', replica.partition, 0),
      nodeId: checkText('nodeId', replica.nodeId),
      acceptDataLoss: checkBoolean('acceptDataLoss', replica.acceptDataLoss),
    };
    const answer = await this.#runner.run(options, (scope) =>
      this.#connections.unary(methods.ForceInSync, request, scope),
    );
    return {
      generation: Number(answer.generation),
      documentCount: Number(answer.documentCount),
      documentCountBefore: Number(answer.documentCountBefore),
    };
  }

  /**
   * Begins to move every replica off a node, so that it can be stopped once `isDrained`; with `cancel`,
   * calls that off. Repeating it changes nothing, so it is retried.
   */
  async drainNode(
    nodeId: string,
    options: CallOptions & { cancel?: boolean } = {},
  ): Promise<NodeInfo> {
    const cancel = optional(options.cancel, false, checkBoolean, 'cancel');
    const request = { nodeId: checkText('nodeId', nodeId), cancel };
    return await this.#changeNode(options, (scope) =>
      this.#connections.unary(methods.DrainNode, request, scope),
    );
  }

  /** Moves everything from one node to another one, then forgets the first. Retried. */
  async replaceNode(
    nodeId: string,
    replacementNodeId: string,
    options: CallOptions = {},
  ): Promise<NodeInfo> {
    const request = {
      nodeId: checkText('nodeId', nodeId),
      replacementNodeId: checkText('replacementNodeId', replacementNodeId),
    };
    return await this.#changeNode(options, (scope) =>
      this.#connections.unary(methods.ReplaceNode, request, scope),
    );
  }

  /** Changes weight or zone, whatever the node itself says when it joins again. Retried. */
  async updateNode(update: NodeUpdate, options: CallOptions = {}): Promise<NodeInfo> {
    const request = updateRequest(update);
    return await this.#changeNode(options, (scope) =>
      this.#connections.unary(methods.UpdateNode, request, scope),
    );
  }

  /** Changes how many copies a collection has. Retried. */
  async setReplication(
    input: ReplicationInput,
    options: CallOptions = {},
  ): Promise<{ replicationFactor: number; minInSync: number }> {
    const request = replicationRequest(input);
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', () =>
        this.#connections.unary(methods.SetReplication, request, scope),
      ),
    );
  }

  /**
   * Begins to give a collection more partitions; how far that is, `moves.watch` and `splittingInto` of
   * the topology tell. Does nothing when it has so many, or will, so it is retried.
   */
  async splitCollection(input: SplitInput, options: CallOptions = {}): Promise<CollectionSplit> {
    const dryRun = optional(input.dryRun, false, checkBoolean, 'dryRun');
    const partitions = checkInteger('partitions', input.partitions, 1);
    return await this.#split({ collection: input.collection, partitions, dryRun }, options);
  }

  /** Gives up a split that is under way, if one is. Retried. */
  async cancelSplit(collection: string, options: CallOptions = {}): Promise<CollectionSplit> {
    return await this.#split({ collection, cancel: true }, options);
  }

  /**
   * Forgets a node. One that is up and holds replicas must be drained first, unless `force` is set; one
   * that has the last copy of a partition needs `acceptDataLoss` too. Resolves to the copies that were
   * given up. Not retried.
   */
  async removeNode(
    nodeId: string,
    options: CallOptions & { force?: boolean; acceptDataLoss?: boolean } = {},
  ): Promise<LostPartition[]> {
    const force = optional(options.force, false, checkBoolean, 'force');
    const acceptDataLoss = optional(options.acceptDataLoss, false, checkBoolean, 'acceptDataLoss');
    const request = { nodeId: checkText('nodeId', nodeId), force, acceptDataLoss };
    const { lost } = await this.#runner.run(options, (scope) =>
      this.#connections.unary(methods.RemoveNode, request, scope),
    );
    return lost.map((one) => ({ ...one, documentCount: Number(one.documentCount) }));
  }

  /** Resolves when a coordinator answers; tries until the deadline. */
  async waitUntilReachable(options: CallOptions = {}): Promise<void> {
    await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'patient', () =>
        this.#connections.unary(methods.ListNodes, {}, scope),
      ),
    );
  }

  async #split(
    request: { collection: string; partitions?: number; dryRun?: boolean; cancel?: boolean },
    options: CallOptions,
  ): Promise<CollectionSplit> {
    checkText('collection', request.collection);
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () => {
        const answer = await this.#connections.unary(methods.SplitCollection, request, scope);
        return { ...answer, bytesTotal: Number(answer.bytesTotal) };
      }),
    );
  }

  async #changeNode(
    options: CallOptions,
    send: (scope: CallScope) => Promise<NodeInfo__Output>,
  ): Promise<NodeInfo> {
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () => decodeNode(await send(scope))),
    );
  }
}
