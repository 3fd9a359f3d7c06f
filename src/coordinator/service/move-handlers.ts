/** Handlers of the operators' service: nodes that leave, copies that change, and what moves for it. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Clock, Timer } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import { nodeId } from '../../base/ids.js';
import type { ListMovesResponse } from '../../wire/generated/annulus/v1/ListMovesResponse.js';
import type { Move } from '../../wire/generated/annulus/v1/Move.js';
import type { PlanMovesRequest__Output } from '../../wire/generated/annulus/v1/PlanMovesRequest.js';
import type { PlanMovesResponse } from '../../wire/generated/annulus/v1/PlanMovesResponse.js';
import type { SetReplicationRequest__Output } from '../../wire/generated/annulus/v1/SetReplicationRequest.js';
import type { SetReplicationResponse } from '../../wire/generated/annulus/v1/SetReplicationResponse.js';
import type { RequestLimits } from '../limits.js';
import type { MoveDriver } from '../moves/move-driver.js';
import { checkCount, checkNodeId } from '../requests/fields.js';
import { joiningNode, nodeUpdate } from '../requests/node-request.js';
import { discardNode, drainNode, setReplication } from '../topology/move-transitions.js';
import { activeNodes } from '../topology/topology.js';
import {
  addNode,
  defaultMinInSync,
  pinNode,
  setMovesPaused,
  type Transition,
} from '../topology/topology-transitions.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import { moveMessage, planMessage } from './move-messages.js';

/** Pause between two looks at what a watcher is to be told. */
const WATCH_INTERVAL_MS = 500;

export class MoveHandlers {
  readonly #topology: TopologyKeeper;
  readonly #moves: MoveDriver;
  readonly #clock: Clock;
  readonly #limits: RequestLimits;
  readonly #watches = new Set<() => void>();

  constructor(topology: TopologyKeeper, moves: MoveDriver, clock: Clock, limits: RequestLimits) {
    this.#topology = topology;
    this.#moves = moves;
    this.#clock = clock;
    this.#limits = limits;
  }

  async setReplication(request: SetReplicationRequest__Output): Promise<SetReplicationResponse> {
    const { transition, replicationFactor, minInSync } = this.#replication(request);
    await this.#topology.update(transition);
    return { replicationFactor, minInSync };
  }

  listMoves(): ListMovesResponse {
    const { moves, isPaused, imbalanceRatio } = this.#moves.overview();
    return { moves: moves.map(moveMessage), isPaused, imbalanceRatio };
  }

  planMoves(request: PlanMovesRequest__Output): PlanMovesResponse {
    const id = (text: string) => nodeId(checkNodeId('node_id', text));
    const changes: Transition[] = [
      ...request.add.map(joiningNode).map((node) => (now: Parameters<Transition>[0]) => {
        return addNode(now, node);
      }),
      ...request.update.map((one): Transition => {
        return (now) => pinNode(now, id(one.nodeId), nodeUpdate(one));
      }),
      ...request.replication.map((one) => this.#replication(one).transition),
      ...request.drain.map(
        (one): Transition =>
          (now) =>
            drainNode(now, id(one)),
      ),
      ...request.remove.map(
        (one): Transition =>
          (now) =>
            discardNode(now, id(one)),
      ),
    ];
    const planned = this.#moves.plan(changes);
    if (planned.kind === 'planned') return planMessage(planned.plan);
    const { reason, message } = planned.result;
    throw new AnnulusError('FAILED_PRECONDITION', 'NOT_ENOUGH_REPLICAS', message, {
      metadata: { refused: reason },
    });
  }

  async setPaused(isPaused: boolean): Promise<Record<string, never>> {
    await this.#topology.update((current) => setMovesPaused(current, isPaused));
    return {};
  }

  watchMoves(call: ServerWritableStream<unknown, Move>): void {
    let told = new Map<string, { text: string; move: Move }>();
    let timer: Timer | undefined;
    const tell = () => {
      const now = new Map<string, { text: string; move: Move }>();
      for (const move of this.#moves.overview().moves.map(moveMessage)) {
        const { collection, partition, fromNodeId, toNodeId } = move;
        const from = toNodeId === '' ? fromNodeId : '';
        const key = `${move.cause}/${collection}/${partition}/${from}/${toNodeId}`;
        const text = JSON.stringify(move);
        now.set(key, { text, move });
        if (told.get(key)?.text !== text) call.write(move);
      }
      for (const [key, { move }] of told) if (!now.has(key)) call.write(this.#ended(move));
      told = now;
      timer = this.#clock.setTimer(WATCH_INTERVAL_MS, tell);
    };
    const forget = () => {
      timer?.cancel();
      this.#watches.delete(end);
    };
    const end = () => {
      forget();
      call.end();
    };
    this.#watches.add(end);
    call.on('cancelled', forget);
    call.on('error', forget);
    tell();
  }

  /** Ends every open watch. */
  stop(): void {
    for (const end of this.#watches) end();
  }

  /** What became of a move that is not there any more: its replica is, or not. */
  #ended(move: Move): Move {
    const collection = [...this.#topology.current.collections.values()].find(
      ({ name, state }) => name === move.collection && state === 'ready',
    );
    const replicas = collection?.partitions[move.partition ?? 0]?.replicas ?? [];
    const isThere = replicas.some(({ nodeId: id, state }) => {
      return id === move.toNodeId && state === 'in_sync';
    });
    if (!isThere) return { ...move, state: 'MOVE_STATE_CANCELLED' };
    return { ...move, state: 'MOVE_STATE_DONE', progressRatio: 1, etaSeconds: 0 };
  }

  #replication(request: SetReplicationRequest__Output) {
    const collection = this.#topology.collection(request.collection);
    const nodeCount = activeNodes(this.#topology.current).length;
    const most = Math.min(this.#limits.replicationFactorMax, Math.max(1, nodeCount));
    const replicationFactor = checkCount('replication_factor', request.replicationFactor, 1, most);
    const minInSync = checkCount(
      'min_in_sync',
      request.minInSync,
      1,
      replicationFactor,
      defaultMinInSync(replicationFactor),
    );
    const transition: Transition = (now) => {
      return setReplication(now, collection.id, replicationFactor, minInSync);
    };
    return { transition, replicationFactor, minInSync };
  }
}
