/**
 * The health of one shard node, as one coordinator sees it: `up -> suspect -> down` and back.
 *
 *   up        connected, answers heartbeats, requests succeed
 *   suspect   missed a heartbeat, or failed `maxFails` requests within `failTimeoutMs`: used only where
 *             nothing else has the partition
 *   down      not connected, or missed `heartbeatMissesMax` heartbeats in a row: not used
 *
 * Signals are active (heartbeats) and passive (the outcome of real requests). A node that fails fast
 * has nothing outstanding and would attract all traffic if only load counted; this is what keeps it
 * from doing so.
 */
export type HealthState = 'up' | 'suspect' | 'down';

export interface NodeHealthOptions {
  /** Failed requests within `failTimeoutMs` that make a node suspect. Default 3. */
  maxFails: number;
  /** The window that failures count in, and how long a suspect node is kept apart. Default 10,000. */
  failTimeoutMs: number;
  /** Heartbeats missed in a row that make a node down. Default 3. */
  heartbeatMissesMax: number;
}

export const defaultNodeHealthOptions: NodeHealthOptions = {
  maxFails: 3,
  failTimeoutMs: 10_000,
  heartbeatMissesMax: 3,
};

export class NodeHealth {
  readonly #options: NodeHealthOptions;
  #isConnected = false;
  #heartbeatMisses = 0;
  #failures: number[] = [];
  #suspectUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: NodeHealthOptions = defaultNodeHealthOptions) {
    this.#options = options;
  }

  state(nowMs: number): HealthState {
    if (!this.#isConnected) return 'down';
    if (this.#heartbeatMisses >= this.#options.heartbeatMissesMax) return 'down';
    if (this.#heartbeatMisses > 0 || nowMs < this.#suspectUntilMs) return 'suspect';
    return 'up';
  }

  /** A fresh connection starts with a clean record: often it is a new process. */
  connected(): void {
    this.#isConnected = true;
    this.#heartbeatMisses = 0;
    this.#failures = [];
    this.#suspectUntilMs = Number.NEGATIVE_INFINITY;
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  heartbeatAnswered(): void {
    this.#heartbeatMisses = 0;
  }

  heartbeatMissed(): void {
    this.#heartbeatMisses += 1;
  }

  requestSucceeded(): void {
    if (this.#failures.length > 0) this.#failures = [];
  }

  requestFailed(nowMs: number): void {
    const { maxFails, failTimeoutMs } = this.#options;
    this.#failures = this.#failures.filter((atMs) => atMs > nowMs - failTimeoutMs);
    this.#failures.push(nowMs);
    if (this.#failures.length < maxFails) return;
    this.#failures = [];
    this.#suspectUntilMs = nowMs + failTimeoutMs;
  }
}
