/**
 * What counts as load, apart from who is chosen for it. Two measures of one node:
 *
 *   outstanding  requests of ours in flight, and what the node last said was waiting in its queue (which
 *                tells what other coordinators sent); besides, for a while, one for each recent failure
 *                (a node that fails fast has nothing in flight and would attract all traffic), and one
 *                for each request that it was late with and lost, until it answers anything at all
 *   latency      a moving average that jumps to peaks and decays slowly, for `peak_ewma`
 *
 * Being turned away is load too: the node is passed over until the moment that it named.
 *
 * Peak EWMA: https://github.com/twitter/finagle/blob/develop/finagle-core/src/main/scala/com/twitter/finagle/loadbalancer/PeakEwma.scala
 */
export interface NodeLoadOptions {
  /** How long a failure or a lost request weighs as one in flight, in milliseconds. Default 1,000. */
  failureLoadMs: number;
  /** Time constant of the average of latencies, in milliseconds. Default 10,000. */
  latencyDecayMs: number;
  /** How long a node is passed over that turned work away without saying how long. Default 50. */
  pushbackMs: number;
  /** ... and at most, whatever it said, in milliseconds. Default 1,000. */
  pushbackMsMax: number;
}

export const defaultNodeLoadOptions: NodeLoadOptions = {
  failureLoadMs: 1_000,
  latencyDecayMs: 10_000,
  pushbackMs: 50,
  pushbackMsMax: 1_000,
};

/** More failures than this at once weigh no more. */
const PHANTOMS_MAX = 1_000;

export class NodeLoadMeter {
  readonly #options: NodeLoadOptions;
  /** As the node last said: searches waiting in its queue. */
  queueDepth = 0;
  /** Instants at which failures stop weighing, in order. */
  #failuresUntilMs: number[] = [];
  #lossesUntilMs: number[] = [];
  #latencyMs: number | undefined;
  #latencyAtMs = 0;
  #pushbackUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: NodeLoadOptions = defaultNodeLoadOptions) {
    this.#options = options;
  }

  /** In requests; `inFlight` are those that the link has sent and that have not ended. */
  outstanding(inFlight: number, nowMs: number): number {
    return inFlight + this.queueDepth + this.#phantoms(nowMs);
  }

  /** Smoothed; undefined as long as the node has not answered anything. */
  latencyMs(nowMs: number): number | undefined {
    if (this.#latencyMs === undefined) return undefined;
    return this.#latencyMs * this.#decay(nowMs);
  }

  isPushingBack(nowMs: number): boolean {
    return nowMs < this.#pushbackUntilMs;
  }

  /** For how much longer it is passed over, in milliseconds. */
  pushbackMs(nowMs: number): number {
    return Math.max(0, this.#pushbackUntilMs - nowMs);
  }

  answered(tookMs: number, nowMs: number): void {
    this.#lossesUntilMs.length = 0;
    this.#observe(tookMs, nowMs);
  }

  failed(nowMs: number): void {
    const untilMs = nowMs + this.#options.failureLoadMs;
    if (this.#failuresUntilMs.length < PHANTOMS_MAX) this.#failuresUntilMs.push(untilMs);
    this.#observe(this.#options.failureLoadMs, nowMs);
  }

  /** Another node was faster, after this one had had `elapsedMs`. */
  lost(elapsedMs: number, nowMs: number): void {
    const untilMs = nowMs + this.#options.failureLoadMs;
    if (this.#lossesUntilMs.length < PHANTOMS_MAX) this.#lossesUntilMs.push(untilMs);
    this.#observe(elapsedMs, nowMs);
  }

  pushedBack(retryAfterMs: number, nowMs: number): void {
    const { pushbackMs, pushbackMsMax } = this.#options;
    const waitMs = retryAfterMs > 0 ? Math.min(retryAfterMs, pushbackMsMax) : pushbackMs;
    this.#pushbackUntilMs = Math.max(this.#pushbackUntilMs, nowMs + waitMs);
  }

  /** A fresh connection: what was known of the process before says nothing. */
  reset(): void {
    this.queueDepth = 0;
    this.#failuresUntilMs.length = 0;
    this.#lossesUntilMs.length = 0;
    this.#latencyMs = undefined;
    this.#pushbackUntilMs = Number.NEGATIVE_INFINITY;
  }

  #observe(tookMs: number, nowMs: number): void {
    const decay = this.#decay(nowMs);
    const known = this.#latencyMs;
    // Peaks count at once; what is smaller only as fast as the old average fades.
    if (known === undefined || tookMs > known) this.#latencyMs = tookMs;
    else this.#latencyMs = known * decay + tookMs * (1 - decay);
    this.#latencyAtMs = nowMs;
  }

  #decay(nowMs: number): number {
    return Math.exp(-Math.max(0, nowMs - this.#latencyAtMs) / this.#options.latencyDecayMs);
  }

  #phantoms(nowMs: number): number {
    dropExpired(this.#failuresUntilMs, nowMs);
    dropExpired(this.#lossesUntilMs, nowMs);
    return this.#failuresUntilMs.length + this.#lossesUntilMs.length;
  }
}

function dropExpired(instantsMs: number[], nowMs: number): void {
  let count = 0;
  while (count < instantsMs.length && (instantsMs[count] as number) <= nowMs) count += 1;
  if (count > 0) instantsMs.splice(0, count);
}
