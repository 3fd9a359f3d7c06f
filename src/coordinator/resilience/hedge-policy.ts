/**
 * When a read that has not been answered is asked of another replica as well: after the node's own
 * recent p95 for reads of its kind and size, so that about one read in twenty is late.
 *
 * Durations are kept per kind of read (a search of one collection, an exact scan, a page of documents)
 * and per number of partitions asked for at once, in powers of two: what they cost differs by orders
 * of magnitude. A size without samples of its own borrows from another one.
 *
 * A read that was late and lost counts with the time it was given: leaving it out would make the
 * quantile of those that won smaller and smaller.
 *
 * Source: Dean and Barroso, "The Tail at Scale" (2013), https://doi.org/10.1145/2408776.2408794
 */
import { LatencyWindow } from './latency-window.js';

export interface HedgeOptions {
  /** Hedge after this quantile of the node's recent durations, 0..1. Default 0.95. */
  quantile: number;
  /** ... but never sooner than this, in milliseconds. Default 2. */
  delayMsMin: number;
  /** Delay while a node has too few samples, in milliseconds. Default 250. */
  delayMsUnknown: number;
  /** Samples that make a quantile. Default 20. */
  samplesMin: number;
  /** Samples older than one to two of these are forgotten, in milliseconds. Default 5,000. */
  windowMs: number;
  /**
   * No hedging while the connected nodes have more searches than this waiting, on average: late is
   * then what all are, and more work is the wrong answer. Default 16.
   */
  queueDepthMax: number;
}

export const defaultHedgeOptions: HedgeOptions = {
  quantile: 0.95,
  delayMsMin: 2,
  delayMsUnknown: 250,
  samplesMin: 20,
  windowMs: 5_000,
  queueDepthMax: 16,
};

/** Kinds of reads that one node's durations are kept for; the one unused for longest is dropped. */
const KINDS_MAX = 128;
/** 1, 2, 3-4, 5-8 ... partitions. */
const SIZE_CLASSES = 13;

/** By the class of the size. */
type SizeWindows = (LatencyWindow | undefined)[];

/** How long one node takes over reads. */
export class NodeLatencies {
  readonly #options: HedgeOptions;
  /** In the order in which they were last recorded. */
  readonly #byKind = new Map<string, SizeWindows>();
  /** The one recorded last: most often it is the next one, too. */
  #latest: { kind: string; windows: SizeWindows } | undefined;

  constructor(options: HedgeOptions = defaultHedgeOptions) {
    this.#options = options;
  }

  record(kind: string, partitionCount: number, durationMs: number, nowMs: number): void {
    const windows = this.#windowsOf(kind);
    const size = sizeClass(partitionCount);
    windows[size] ??= new LatencyWindow(this.#options, nowMs);
    windows[size].record(durationMs, nowMs);
  }

  /** Of a kind that is now the one recorded last. */
  #windowsOf(kind: string): SizeWindows {
    if (this.#latest?.kind === kind) return this.#latest.windows;
    const windows = this.#byKind.get(kind) ?? new Array<LatencyWindow | undefined>(SIZE_CLASSES);
    this.#byKind.delete(kind);
    if (this.#byKind.size >= KINDS_MAX) {
      const [oldest] = this.#byKind.keys();
      this.#byKind.delete(oldest as string);
    }
    this.#byKind.set(kind, windows);
    this.#latest = { kind, windows };
    return windows;
  }

  /** How long to wait before hedging. */
  hedgeDelayMs(kind: string, partitionCount: number, nowMs: number): number {
    const { delayMsMin, delayMsUnknown } = this.#options;
    const known = this.#quantileMs(kind, partitionCount, nowMs);
    return known === undefined ? delayMsUnknown : Math.max(delayMsMin, known);
  }

  /** Of the size itself, or of the next one that is known: a smaller one is scaled up. */
  #quantileMs(kind: string, partitionCount: number, nowMs: number): number | undefined {
    const isLatest = this.#latest?.kind === kind;
    const windows = isLatest ? this.#latest?.windows : this.#byKind.get(kind);
    if (windows === undefined) return undefined;
    const wanted = sizeClass(partitionCount);
    for (let distance = 0; distance < SIZE_CLASSES; distance += 1) {
      const larger = windows[wanted + distance]?.quantileMs(nowMs);
      if (larger !== undefined) return larger;
      const smaller = windows[wanted - distance]?.quantileMs(nowMs);
      if (smaller !== undefined) return smaller * 2 ** distance;
    }
    return undefined;
  }
}

function sizeClass(partitionCount: number): number {
  return Math.min(SIZE_CLASSES - 1, Math.ceil(Math.log2(Math.max(1, partitionCount))));
}

/** True when hedges would only add to what every node is behind with. */
export function isHedgingUnwise(
  nodes: Iterable<{ queueDepth: number }>,
  options: HedgeOptions,
): boolean {
  let depth = 0;
  let count = 0;
  for (const { queueDepth } of nodes) {
    depth += queueDepth;
    count += 1;
  }
  return count > 0 && depth / count > options.queueDepthMax;
}
