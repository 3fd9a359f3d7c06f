/**
 * The health of one shard node, as one coordinator sees it: `up -> suspect -> down` and back.
 *
 *   up        connected, answers heartbeats, requests succeed
 *   suspect   missed a heartbeat, or was ejected by the outlier detector: used only where nothing else
 *             has the partition; gets probes
 *   down      not connected, or missed `heartbeatMissesMax` heartbeats in a row
 *
 * Signals are active (heartbeats) and passive (`outlier-detector.ts`). Being turned away by a full queue
 * is not ill health but load, and counted there (`balancing/node-load.ts`).
 *
 * A node that comes back is cold: its share of the work grows over `slowStartMs`.
 */
import type { Random } from '../../base/random.js';
import { defaultOutlierOptions, OutlierDetector, type OutlierOptions } from './outlier-detector.js';

export type HealthState = 'up' | 'suspect' | 'down';

export interface NodeHealthOptions extends OutlierOptions {
  /** Heartbeats missed in a row that make a node down. Default 3. */
  heartbeatMissesMax: number;
  /** How long a node that came back gets less than its share, in milliseconds. Default 10,000. */
  slowStartMs: number;
}

export const defaultNodeHealthOptions: NodeHealthOptions = {
  ...defaultOutlierOptions,
  heartbeatMissesMax: 3,
  slowStartMs: 10_000,
};

/** The share that a node begins with, of what it would get. */
const READINESS_MIN_RATIO = 0.1;

export class NodeHealth {
  readonly #options: NodeHealthOptions;
  readonly #outliers: OutlierDetector;
  #isConnected = false;
  #heartbeatMisses = 0;
  #upSinceMs = Number.NEGATIVE_INFINITY;

  constructor(options: NodeHealthOptions, random: Random) {
    this.#options = options;
    this.#outliers = new OutlierDetector(options, random);
  }

  get state(): HealthState {
    if (!this.#isConnected) return 'down';
    if (this.#heartbeatMisses >= this.#options.heartbeatMissesMax) return 'down';
    return this.#heartbeatMisses > 0 || this.#outliers.isEjected ? 'suspect' : 'up';
  }

  /** 0.1..1: the part of its share that a node should get, since it has been up for so long. */
  readinessRatio(nowMs: number): number {
    const { slowStartMs } = this.#options;
    const upMs = nowMs - this.#upSinceMs;
    if (upMs >= slowStartMs) return 1;
    return READINESS_MIN_RATIO + (1 - READINESS_MIN_RATIO) * (Math.max(0, upMs) / slowStartMs);
  }

  /** A fresh connection starts with a clean record: often it is a new process. */
  connected(nowMs: number): void {
    this.#isConnected = true;
    this.#heartbeatMisses = 0;
    this.#outliers.reset();
    this.#upSinceMs = nowMs;
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  heartbeatAnswered(nowMs: number): void {
    const { heartbeatMissesMax } = this.#options;
    if (this.#heartbeatMisses >= heartbeatMissesMax) this.#upSinceMs = nowMs;
    this.#heartbeatMisses = 0;
  }

  heartbeatMissed(): void {
    this.#heartbeatMisses += 1;
  }

  requestSucceeded(nowMs: number): void {
    this.#noteReadmission(nowMs, () => this.#outliers.succeeded(nowMs));
  }

  requestFailed(nowMs: number): void {
    this.#outliers.failed(nowMs);
  }

  /** A request that this node was late with was answered by another one. */
  requestLost(nowMs: number): void {
    this.#outliers.lost(nowMs);
  }

  /** True when a probe is due: the caller sends one request, and says how it ended. */
  tryProbe(nowMs: number): boolean {
    return this.#isConnected && this.#outliers.tryProbe(nowMs);
  }

  /** True when a probe has been due for so long that there seems to be no traffic to make one of. */
  isProbeOverdue(nowMs: number, byMs: number): boolean {
    return this.#outliers.isEjected && nowMs >= this.#outliers.probeAtMs + byMs;
  }

  probeEnded(hasSucceeded: boolean, nowMs: number): void {
    this.#noteReadmission(nowMs, () => this.#outliers.probeEnded(hasSucceeded, nowMs));
  }

  #noteReadmission(nowMs: number, change: () => void): void {
    const wasEjected = this.#outliers.isEjected;
    change();
    if (wasEjected && !this.#outliers.isEjected) this.#upSinceMs = nowMs;
  }
}

/**
 * Panic: when more than half of the connected nodes look bad, it is the looking that is wrong (this
 * process stalled, its network is cut, or all are overloaded), and all of them are used.
 */
export function isPanic(states: Iterable<HealthState>): boolean {
  let bad = 0;
  let total = 0;
  for (const state of states) {
    total += 1;
    if (state !== 'up') bad += 1;
  }
  return bad * 2 > total;
}
