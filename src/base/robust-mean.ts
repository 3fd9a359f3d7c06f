/**
 * A moving average that one outlier hardly moves: a sample counts as at most a few times the average,
 * so a single pause of the process (a collection of garbage, SIGSTOP, a slow disk) is not taken for
 * the new normal, while a lasting change is followed within some twenty samples. The first samples
 * weigh more, so that the starting value is soon forgotten.
 *
 * Clipping: Huber, "Robust Estimation of a Location Parameter" (1964),
 * https://doi.org/10.1214/aoms/1177703732
 */
import { invariant } from './invariant.js';

export interface RobustMeanOptions {
  /** Value before the first sample; above 0. */
  start: number;
  /** Weight of one sample once there have been many, 0..1. Default 0.05. */
  smoothing?: number;
  /** Samples above so many times the average count as that; above 1. Default 4. */
  clipFactor?: number;
}

const SMOOTHING = 0.05;
const CLIP_FACTOR = 4;
/** An average this small could not grow any more. */
const VALUE_MIN = 1e-6;

export class RobustMean {
  readonly #smoothing: number;
  readonly #clipFactor: number;
  #value: number;
  /** The start counts as one sample. */
  #sampleCount = 1;

  constructor({ start, smoothing, clipFactor }: RobustMeanOptions) {
    invariant(start > 0, `bad starting value ${start}`);
    this.#value = start;
    this.#smoothing = smoothing ?? SMOOTHING;
    this.#clipFactor = clipFactor ?? CLIP_FACTOR;
  }

  get value(): number {
    return this.#value;
  }

  add(sample: number): void {
    this.#sampleCount += 1;
    const weight = Math.max(this.#smoothing, 1 / this.#sampleCount);
    const counted = Math.min(Math.max(0, sample), this.#value * this.#clipFactor);
    this.#value = Math.max(VALUE_MIN, this.#value + (counted - this.#value) * weight);
  }
}
