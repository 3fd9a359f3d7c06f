/**
 * The rounds of an elastic run: a node joins, another one joins, one is drained and removed, another
 * one too. Each change is over when every replica is in sync and nothing is left to be moved.
 */
import { type Random, randomInt } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { ElasticCluster } from './elastic-cluster.js';
import type { LoadCounts } from './load-counts.js';
import type { MixedLoad } from './mixed-load.js';
import { ReplicaArrivals } from './replica-arrivals.js';
import { loadsOf, untilAtRest } from './shape.js';

export interface ShapeChange {
  change: string;
  tookMs: number;
  /** Copies that were made, and how many would have done. */
  moved: number;
  ideal: number;
  /** Replicas of the fullest node over the mean. */
  loadRatio: number;
  /** What was killed meanwhile. */
  killed: string;
  counts: LoadCounts;
}

export interface RoundsOptions {
  rounds: number;
  /** Partitions times copies. */
  replicaCount: number;
  withKills: boolean;
  random: Random;
  onChange(change: ShapeChange): void;
  /** What was counted while nothing moved, after each round. */
  onRest(counts: LoadCounts): void;
}

export const NODES_AT_FIRST = 3;
const REST_LIMIT_MS = 120_000;
const MOVE_LIMIT_MS = 30_000;
const LOOK_INTERVAL_MS = 20;
const KILL_DELAY_MS_MAX = 400;
const REST_MS = 3_000;

export class ShapeRounds {
  readonly #cluster: ElasticCluster;
  readonly #load: MixedLoad;
  readonly #options: RoundsOptions;
  readonly #arrivals: ReplicaArrivals;
  #nodeCount = NODES_AT_FIRST;

  constructor(cluster: ElasticCluster, load: MixedLoad, options: RoundsOptions) {
    this.#cluster = cluster;
    this.#load = load;
    this.#options = options;
    this.#arrivals = new ReplicaArrivals(cluster.client);
  }

  /** Rejects when a change does not come to its end. */
  async run(): Promise<void> {
    const { rounds, onChange, onRest } = this.#options;
    try {
      for (let round = 0; round < rounds; round += 1) {
        for (const kind of ['join', 'join', 'leave', 'leave'] as const) {
          onChange(kind === 'join' ? await this.#join() : await this.#leave());
        }
        this.#load.take();
        await sleep(REST_MS);
        onRest(this.#load.take());
      }
    } finally {
      this.#arrivals.stop();
    }
  }

  async #join(): Promise<ShapeChange> {
    const { replicaCount } = this.#options;
    const { nodes } = await this.#cluster.client.cluster.getTopology();
    this.#nodeCount += 1;
    const nodeId = `node-${this.#nodeCount}`;
    const ideal = Math.floor(replicaCount / (nodes.length + 1));
    return await this.#changed(`+ ${nodeId}`, ideal, async () => {
      await this.#cluster.startNode(nodeId);
      const killed = await this.#kill();
      await untilAtRest(
        this.#cluster.client,
        replicaCount,
        (topology) => (loadsOf(topology).get(nodeId) ?? 0) > 0,
        REST_LIMIT_MS,
      );
      return killed;
    });
  }

  async #leave(): Promise<ShapeChange> {
    const { random, replicaCount } = this.#options;
    const { cluster: admin } = this.#cluster.client;
    const before = await admin.getTopology();
    const { nodeId } = before.nodes[randomInt(random, before.nodes.length)] ?? { nodeId: '' };
    const ideal = loadsOf(before).get(nodeId) ?? 0;
    return await this.#changed(`- ${nodeId}`, ideal, async () => {
      await admin.drainNode(nodeId);
      const killed = await this.#kill();
      await untilAtRest(
        this.#cluster.client,
        replicaCount,
        ({ nodes }) => nodes.find((node) => node.nodeId === nodeId)?.isDrained === true,
        REST_LIMIT_MS,
      );
      await admin.removeNode(nodeId);
      await this.#cluster.stopNode(nodeId);
      return killed;
    });
  }

  async #changed(name: string, ideal: number, make: () => Promise<string>): Promise<ShapeChange> {
    this.#load.take();
    this.#arrivals.take();
    const begunAtMs = systemClock.nowMs();
    const killed = await make();
    const tookMs = systemClock.nowMs() - begunAtMs;
    const loads = [...loadsOf(await this.#cluster.client.cluster.getTopology()).values()];
    const loadRatio = Math.max(...loads) / (this.#options.replicaCount / loads.length);
    const moved = this.#arrivals.take();
    return { change: name, tookMs, moved, ideal, loadRatio, killed, counts: this.#load.take() };
  }

  /** While replicas are being copied; resolves to what was killed, once that runs again. */
  async #kill(): Promise<string> {
    const { withKills, random } = this.#options;
    if (!withKills) return '';
    const giveUpAtMs = systemClock.nowMs() + MOVE_LIMIT_MS;
    while (!(await this.#isMoving())) {
      if (systemClock.nowMs() > giveUpAtMs) throw new Error('no move has begun');
      await sleep(LOOK_INTERVAL_MS);
    }
    await sleep(randomInt(random, KILL_DELAY_MS_MAX));
    return await this.#cluster.killOne(random);
  }

  async #isMoving(): Promise<boolean> {
    const { moves } = await this.#cluster.client.cluster.moves.list();
    return moves.some(({ state }) => state !== 'waiting');
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.setTimer(ms, resolve));
}
