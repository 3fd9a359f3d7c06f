/**
 * The network between the coordinator and the shard nodes, and between the nodes, as TCP behaves:
 * bytes are delayed, stall, or take their connection down with them; none is lost alone. What a stall
 * holds back arrives when it ends, if the connection still stands. Messages pass as the real codecs'
 * bytes.
 *
 * A path is the way from a coordinator to one node (the first coordinator's is named after the node),
 * or from one node to another ({@link peerPath}); connections come and go on it.
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

/** To the node that is called, and back from it. */
export type Direction = 'to_node' | 'from_node';
export type PathName = string;

const CONNECT_TIMEOUT_MS = 2_000;

/** What is under way on a path and ends with the node that is called. */
export interface Resettable {
  reset(detail: string): void;
  /** What was held back goes on its way. */
  flush(direction: Direction): void;
}

interface Path {
  to: NodeId;
  random: Random;
  /** Faults may overlap: a direction is open when nobody blocks it. */
  blocks: Record<Direction, number>;
  underWay: Set<Resettable>;
}

/** The way on which one asks another. */
export function peerPath(from: string, to: NodeId): PathName {
  return `${from}>${to}`;
}

export class SimNetwork {
  readonly world: VirtualClock;
  readonly plan: NetworkPlan;
  readonly log: EventLog;
  readonly #seed: number;
  readonly #paths = new Map<PathName, Path>();
  readonly #slowFactors = new Map<NodeId, number>();
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

  addPath(name: PathName, to: NodeId): void {
    this.#paths.set(name, {
      to,
      random: seedStream(this.#seed, `network/${name}`),
      blocks: { to_node: 0, from_node: 0 },
      underWay: new Set(),
    });
  }

  /**
   * Tries to connect the coordinator to a node; calls `done` with the connection or with why there is
   * none, at the caller's process, unless that has died.
   */
  connect(
    name: PathName,
    node: SimNode,
    caller: SimProcess,
    done: (connection: SimConnection | undefined, detail: string) => void,
  ): void {
    const { blocks, underWay } = this.#path(name);
    const sentAtMs = caller.nowMs();
    const tripMs = this.delayMs(name) + this.delayMs(name);
    this.world.setTimer(sentAtMs + tripMs - this.world.nowMs(), () => {
      const isReachable = blocks.to_node === 0 && blocks.from_node === 0;
      if (!isReachable) {
        caller.deliver(sentAtMs + CONNECT_TIMEOUT_MS, () => done(undefined, 'no way to the node'));
        return;
      }
      if (!node.isRunning) {
        caller.deliver(this.world.nowMs(), () => done(undefined, 'connection refused'));
        return;
      }
      if (caller.isDead) return;
      const connection = new SimConnection(this, name, node, caller);
      underWay.add(connection);
      caller.deliver(this.world.nowMs(), () => done(connection, ''));
    });
  }

  begin(name: PathName, call: Resettable): void {
    this.#path(name).underWay.add(call);
  }

  forget(name: PathName, call: Resettable): void {
    this.#path(name).underWay.delete(call);
  }

  delayMs(name: PathName): number {
    const { random, to } = this.#path(name);
    const { delayMsMin, delayMsMean, tailRatio, tailMs } = this.plan;
    const tail = !this.isCalm && chance(random, tailRatio) ? tailMs * random.next() : 0;
    const slowFactor = this.#slowFactors.get(to) ?? 1;
    return (delayMsMin + exponential(random, delayMsMean) + tail) * slowFactor;
  }

  /** Draws whether this message goes wrong; never, while all is calm. */
  goesWrong(name: PathName, ratio: number): boolean {
    return !this.isCalm && ratio > 0 && chance(this.#path(name).random, ratio);
  }

  isBlocked(name: PathName, direction: Direction): boolean {
    return this.#path(name).blocks[direction] > 0;
  }

  cut(name: PathName, cut: CutDirection): void {
    const { blocks } = this.#path(name);
    for (const direction of directionsOf(cut)) blocks[direction] += 1;
  }

  mend(name: PathName, cut: CutDirection): void {
    const { blocks, underWay } = this.#path(name);
    for (const direction of directionsOf(cut)) {
      blocks[direction] = Math.max(0, blocks[direction] - 1);
      if (blocks[direction] > 0) continue;
      for (const call of underWay) call.flush(direction);
    }
  }

  /** Everything to and from the node takes so many times as long. */
  setSlow(nodeId: NodeId, factor: number): void {
    this.#slowFactors.set(nodeId, factor);
  }

  /** All that is under way to the node ends. */
  resetAll(nodeId: NodeId, detail: string): void {
    for (const { to, underWay } of this.#paths.values()) {
      if (to !== nodeId) continue;
      for (const call of [...underWay]) call.reset(detail);
    }
  }

  /** As {@link resetAll}, on one path. */
  resetPath(name: PathName, detail: string): void {
    for (const call of [...this.#path(name).underWay]) call.reset(detail);
  }

  heal(): void {
    this.isCalm = true;
    this.#slowFactors.clear();
    for (const path of this.#paths.values()) {
      path.blocks = { to_node: 0, from_node: 0 };
      for (const call of path.underWay) {
        call.flush('to_node');
        call.flush('from_node');
      }
    }
  }

  #path(name: PathName): Path {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`no path ${name}`);
    return path;
  }
}

function directionsOf(cut: CutDirection): Direction[] {
  return cut === 'both' ? ['to_node', 'from_node'] : [cut];
}
