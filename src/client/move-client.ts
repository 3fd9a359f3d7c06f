/** Moves of replicas: what goes on, what would go on, and when it should not. */
import { annulusV1 } from '../wire/proto-package.js';
import type { CallRunner } from './call-runner.js';
import { checkInteger, checkNumber, checkText, optional } from './check.js';
import type { ConnectionPool } from './connection-pool.js';
import { decodeMove, decodePlan } from './move-decode.js';
import type {
  Move,
  MovePlan,
  MovePlanInput,
  Moves,
  NodeUpdate,
  ReplicationInput,
} from './move-types.js';
import { resilientStream } from './resilient-stream.js';
import type { CallOptions } from './types.js';

const methods = annulusV1.Cluster.service;

export class MoveClient {
  readonly #connections: ConnectionPool;
  readonly #runner: CallRunner;

  constructor(connections: ConnectionPool, runner: CallRunner) {
    this.#connections = connections;
    this.#runner = runner;
  }

  /** Moves under way, then those that wait. */
  async list(options: CallOptions = {}): Promise<Moves> {
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () => {
        const answer = await this.#connections.unary(methods.ListMoves, {}, scope);
        const { isPaused, imbalanceRatio } = answer;
        return { moves: answer.moves.map(decodeMove), isPaused, imbalanceRatio };
      }),
    );
  }

  /** What would move if this were changed; nothing is. With no changes: what is still to be moved. */
  async plan(changes: MovePlanInput = {}, options: CallOptions = {}): Promise<MovePlan> {
    const ids = (field: string, texts: readonly string[] = []) =>
      texts.map((text) => checkText(field, text));
    const request = {
      add: (changes.add ?? []).map((node) => ({
        nodeId: checkText('add.nodeId', node.nodeId),
        address: checkText('add.address', node.address),
        zone: optional(node.zone, '', checkText, 'add.zone'),
        weight: optional(node.weight, 0, (f, v) => checkNumber(f, v, 0.01, 100), 'add.weight'),
      })),
      drain: ids('drain', changes.drain),
      remove: ids('remove', changes.remove),
      update: (changes.update ?? []).map(updateRequest),
      replication: (changes.replication ?? []).map(replicationRequest),
    };
    return await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', async () =>
        decodePlan(await this.#connections.unary(methods.PlanMoves, request, scope)),
      ),
    );
  }

  /**
   * Each move under way or waiting at once, then whatever changes; one that is over a last time, as
   * `done` or `cancelled`. Until the loop is left or `signal` is aborted (then it throws `CANCELLED`);
   * a lost connection is made again, and everything is told anew.
   */
  async *watch(options: { signal?: AbortSignal } = {}): AsyncGenerator<Move> {
    const { signal } = options;
    const method = methods.WatchMoves;
    for await (const message of resilientStream(
      this.#connections,
      this.#runner,
      method,
      {},
      signal,
    )) {
      yield decodeMove(message);
    }
  }

  /** Begins no move and goes on with none, until they are resumed; outlives restarts. */
  async pause(options: CallOptions = {}): Promise<void> {
    await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', () =>
        this.#connections.unary(methods.PauseMoves, {}, scope),
      ),
    );
  }

  async resume(options: CallOptions = {}): Promise<void> {
    await this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, 'budgeted', () =>
        this.#connections.unary(methods.ResumeMoves, {}, scope),
      ),
    );
  }
}

export function updateRequest({ nodeId, weight, zone }: NodeUpdate) {
  return {
    nodeId: checkText('nodeId', nodeId),
    ...(weight === undefined ? {} : { weight: checkNumber('weight', weight, 0.01, 100) }),
    ...(zone === undefined ? {} : { zone: checkText('zone', zone) }),
  };
}

export function replicationRequest(input: ReplicationInput) {
  return {
    collection: checkText('collection', input.collection),
    replicationFactor: checkInteger('replicationFactor', input.replicationFactor, 1),
    minInSync: optional(input.minInSync, 0, (f, v) => checkInteger(f, v, 1), 'minInSync'),
  };
}
