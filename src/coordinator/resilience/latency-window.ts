/**
 * An online quantile of recent durations: two histograms, the current and the one before, of which the
 * older is thrown away when the window has passed. Buckets grow by an eighth of an octave, so the
 * answer is at most 9 % above the true quantile, and recording costs one logarithm. A window that has
 * seen too little lives on for a while: slow traffic should have a quantile too.
 */
import { invariant } from '../../base/invariant.js';

const BUCKETS_PER_OCTAVE = 8;
const SMALLEST_MS = 0.05;
/** Up to 0.05 ms * 2^21, about 105 seconds; whatever is longer counts as that. */
const BUCKET_COUNT = 21 * BUCKETS_PER_OCTAVE;
/** A window with too few samples is kept for so many windows at most. */
const SPARSE_WINDOWS_MAX = 12;
/** The quantile is computed anew after so many samples. */
const SAMPLES_PER_REFRESH = 16;

export interface LatencyWindowOptions {
  /** 0..1. */
  quantile: number;
  windowMs: number;
  /** Fewer than so many samples give no quantile. */
  samplesMin: number;
}

export class LatencyWindow {
  readonly #options: LatencyWindowOptions;
  #current = new Uint32Array(BUCKET_COUNT);
  #previous = new Uint32Array(BUCKET_COUNT);
  #currentCount = 0;
  #previousCount = 0;
  #startedAtMs: number;
  #cached: number | undefined;
  #samplesSinceRefresh = SAMPLES_PER_REFRESH;

  constructor(options: LatencyWindowOptions, nowMs: number) {
    invariant(options.quantile > 0 && options.quantile <= 1, `bad quantile ${options.quantile}`);
    this.#options = options;
    this.#startedAtMs = nowMs;
  }

  record(durationMs: number, nowMs: number): void {
    this.#rotate(nowMs);
    const bucket = bucketOf(durationMs);
    this.#current[bucket] = (this.#current[bucket] as number) + 1;
    this.#currentCount += 1;
    this.#samplesSinceRefresh += 1;
  }

  /** In milliseconds; undefined while there are too few samples. */
  quantileMs(nowMs: number): number | undefined {
    this.#rotate(nowMs);
    if (this.#currentCount + this.#previousCount < this.#options.samplesMin) return undefined;
    if (this.#cached === undefined || this.#samplesSinceRefresh >= SAMPLES_PER_REFRESH) {
      this.#cached = this.#compute();
      this.#samplesSinceRefresh = 0;
    }
    return this.#cached;
  }

  #compute(): number {
    const total = this.#currentCount + this.#previousCount;
    let left = Math.ceil(total * this.#options.quantile);
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) {
      left -= (this.#current[bucket] as number) + (this.#previous[bucket] as number);
      if (left <= 0) return upperBoundMs(bucket);
    }
    return upperBoundMs(BUCKET_COUNT - 1);
  }

  #rotate(nowMs: number): void {
    const { windowMs, samplesMin } = this.#options;
    const ageMs = nowMs - this.#startedAtMs;
    if (ageMs < windowMs) return;
    const isSparse = this.#currentCount < samplesMin;
    if (isSparse && ageMs < windowMs * SPARSE_WINDOWS_MAX) return;
    const emptied = this.#previous.fill(0);
    this.#previous = this.#current;
    this.#previousCount = this.#currentCount;
    this.#current = emptied;
    this.#currentCount = 0;
    this.#startedAtMs = nowMs;
    this.#cached = undefined;
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > SMALLEST_MS)) return 0;
  const bucket = Math.floor(Math.log2(durationMs / SMALLEST_MS) * BUCKETS_PER_OCTAVE);
  return Math.min(BUCKET_COUNT - 1, bucket);
}

function upperBoundMs(bucket: number): number {
  return SMALLEST_MS * 2 ** ((bucket + 1) / BUCKETS_PER_OCTAVE);
}
