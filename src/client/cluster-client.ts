/** Nodes and topology: the operators' side of the client. */
import type { AnnulusError } from '../base/errors.js';
import type { Topology__Output } from '../wire/generated/annulus/v1/Topology.js';
import { annulusV1 } from '../wire/proto-package.js';
import type { CallRunner } from './call-runner.js';
import type { CallScope } from './call-scope.js';
import { checkBoolean, checkInteger, checkNumber, checkText, optional } from './check.js';
import type {
  ForcedInSync,
  NodeInfo,
  NodeInput,
  PartitionComparison,
  Topology,
} from './cluster-types.js';
import { type CallStatus, unavailable } from './connection.js';
import type { ConnectionPool } from './connection-pool.js';
import { decodeComparison, decodeNode, decodeTopology } from './decode.js';
import type { CallOptions } from './types.js';

const methods = annulusV1.Cluster.service;

export class ClusterClient {
  readonly #connections: ConnectionPool;
  readonly #runner: CallRunner;

  constructor(connections: ConnectionPool, runner: CallRunner) {
    this.#connections = connections;
    this.#runner = runner;
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
    const scope = this.#runner.begin(Number.POSITIVE_INFINITY, options.signal, true);
    let lastEpoch = -1;
    let attempts = 0;
    try {
      for (;;) {
        scope.throwIfOver();
        const { call, failure } = this.#connections.serverStream(methods.WatchTopology, {});
        const forget = scope.onFailure(() => call.cancel());
        let ended: CallStatus = unavailable('the server ended the watch');
        try {
          for await (const message of call as AsyncIterable<Topology__Output>) {
            attempts = 0;
            const topology = decodeTopology(message);
            if (topology.epoch <= lastEpoch) continue;
            lastEpoch = topology.epoch;
            yield topology;
          }
        } catch (thrown) {
          ended = thrown as CallStatus;
        } finally {
          forget();
          call.cancel();
        }
        attempts += 1;
        await this.#waitToReconnect(scope, failure(ended), attempts);
      }
    } finally {
      this.#runner.end(scope);
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

  /** Begins to move every replica off a node, so that it can be stopped. Not retried. */
  async drainNode(nodeId: string, options: CallOptions = {}): Promise<NodeInfo> {
    const request = { nodeId: checkText('nodeId', nodeId) };
    return await this.#runner.run(options, async (scope) =>
      decodeNode(await this.#connections.unary(methods.DrainNode, request, scope)),
    );
  }

  /** Forgets a node. Refused while it holds replicas, unless `force` is set. Not retried. */
  async removeNode(nodeId: string, options: CallOptions & { force?: boolean } = {}): Promise<void> {
    const force = optional(options.force, false, checkBoolean, 'force');
    const request = { nodeId: checkText('nodeId', nodeId), force };
    await this.#runner.run(options, (scope) =>
      this.#connections.unary(methods.RemoveNode, request, scope),
    );
  }

  /** Resolves when a coordinator answers; tries until the deadline. */
  async waitUntilReachable(options: CallOptions = {}): Promise<void> {
    await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'patient', () =>
        this.#connections.unary(methods.ListNodes, {}, scope),
      ),
    );
  }

  async #waitToReconnect(scope: CallScope, error: AnnulusError, attempts: number): Promise<void> {
    scope.throwIfOver();
    const delayMs = this.#runner.retryDelayMs(scope, 'budgeted', error, attempts);
    if (delayMs === undefined) throw error;
    await scope.delay(delayMs);
  }
}
