/**
 * The network between the coordinator and the shard nodes, as TCP behaves: bytes are delayed, stall,
 * or take their connection down with them; none is lost alone. What a stall holds back arrives when it
 * ends, if the connection still stands. Messages pass as the real codec's bytes.
 *
 * A path is the way between the coordinator and one node; connections come and go on it.
 */
import type { NodeId } from '../../src/base/ids.js';
import type { Random } from '../../src/base/random.js';
import type { VirtualClock } from '../support/virtual-clock.js';
import type { EventLog } from './event-log.js';
import type { CutDirection, NetworkPlan } from './fault-plan.js';
import { chance, exponential, seedStream } from './seed-streams.js';
import { SimConnection } from './sim-connection.js';
import type { SimNode } from './sim-node.js';
import type { SimProcess } from './sim-process.js';

export type Direction = 'to_node' | 'from_node';

const CONNECT_TIMEOUT_MS = 2_000;

interface Path {
  node: SimNode;
  random: Random;
  /** Faults may overlap: a direction is open when nobody blocks it. */
  blocks: Record<Direction, number>;
  slowFactor: number;
  connections: Set<SimConnection>;
}

export class SimNetwork {
  readonly world: VirtualClock;
  readonly plan: NetworkPlan;
  readonly log: EventLog;
  readonly #seed: number;
  readonly #paths = new Map<string, Path>();
  /** Nothing goes wrong by itself: at the start, and once healed. */
  isCalm = true;
  messageCount = 0;
  resetCount = 0;
  lateCount = 0;

  constructor(world: VirtualClock, plan: NetworkPlan, seed: number, log: EventLog) {
    this.world = world;
    this.plan = plan;
    this.log = log;
    this.#seed = seed;
  }

  addNode(node: SimNode): void {
    this.#paths.set(node.nodeId, {
      node,
      random: seedStream(this.#seed, `network/${node.nodeId}`),
      blocks: { to_node: 0, from_node: 0 },
      slowFactor: 1,
      connections: new Set(),
    });
  }

  /**
   * Tries to connect; calls `done` with the connection or with why there is none, at the caller's
   * process, unless that has died.
   */
  connect(
    nodeId: NodeId,
    caller: SimProcess,
    done: (connection: SimConnection | undefined, detail: string) => void,
  ): void {
    const path = this.#path(nodeId);
    const sentAtMs = caller.nowMs();
    const tripMs = this.delayMs(nodeId) + this.delayMs(nodeId);
    this.world.setTimer(sentAtMs + tripMs - this.world.nowMs(), () => {
      const isReachable = path.blocks.to_node === 0 && path.blocks.from_node === 0;
      if (!isReachable) {
        caller.deliver(sentAtMs + CONNECT_TIMEOUT_MS, () => done(undefined, 'no way to the node'));
        return;
      }
      if (!path.node.isRunning) {
        caller.deliver(this.world.nowMs(), () => done(undefined, 'connection refused'));
        return;
      }
      if (caller.isDead) return;
      const connection = new SimConnection(this, path.node, path.node.process, caller);
      path.connections.add(connection);
      caller.deliver(this.world.nowMs(), () => done(connection, ''));
    });
  }

  forget(connection: SimConnection): void {
    this.#path(connection.nodeId).connections.delete(connection);
  }

  random(nodeId: NodeId): Random {
    return this.#path(nodeId).random;
  }

  delayMs(nodeId: NodeId): number {
    const { random, slowFactor } = this.#path(nodeId);
    const { delayMsMin, delayMsMean, tailRatio, tailMs } = this.plan;
    const tail = !this.isCalm && chance(random, tailRatio) ? tailMs * random.next() : 0;
    return (delayMsMin + exponential(random, delayMsMean) + tail) * slowFactor;
  }

  /** Draws whether this message goes wrong; never, while all is calm. */
  goesWrong(nodeId: NodeId, ratio: number): boolean {
    return !this.isCalm && ratio > 0 && chance(this.random(nodeId), ratio);
  }

  isBlocked(nodeId: NodeId, direction: Direction): boolean {
    return this.#path(nodeId).blocks[direction] > 0;
  }

  cut(nodeId: NodeId, cut: CutDirection): void {
    const { blocks } = this.#path(nodeId);
    for (const direction of directionsOf(cut)) blocks[direction] += 1;
  }

  mend(nodeId: NodeId, cut: CutDirection): void {
    const { blocks, connections } = this.#path(nodeId);
    for (const direction of directionsOf(cut)) {
      blocks[direction] = Math.max(0, blocks[direction] - 1);
      if (blocks[direction] > 0) continue;
      for (const connection of connections) connection.flush(direction);
    }
  }

  setSlow(nodeId: NodeId, factor: number): void {
    this.#path(nodeId).slowFactor = factor;
  }

  resetAll(nodeId: NodeId, detail: string): void {
    for (const connection of [...this.#path(nodeId).connections]) connection.reset(detail);
  }

  heal(): void {
    this.isCalm = true;
    for (const path of this.#paths.values()) {
      path.blocks = { to_node: 0, from_node: 0 };
      path.slowFactor = 1;
      for (const connection of path.connections) {
        connection.flush('to_node');
        connection.flush('from_node');
      }
    }
  }

  #path(nodeId: NodeId): Path {
    const path = this.#paths.get(nodeId);
    if (path === undefined) throw new Error(`no path to ${nodeId}`);
    return path;
  }
}

function directionsOf(cut: CutDirection): Direction[] {
  return cut === 'both' ? ['to_node', 'from_node'] : [cut];
}
