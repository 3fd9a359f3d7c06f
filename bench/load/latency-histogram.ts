/**
 * Latencies as an HDR histogram: counts by size with three significant digits, from a microsecond to
 * ten minutes, so that a run of any length takes little memory and percentiles of several processes
 * can be added up. Kept in HDR's own compressed base64, which other tools read.
 * http://hdrhistogram.org
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

const US_PER_MS = 1000;
const LONGEST_US = 600_000_000;
const SIGNIFICANT_DIGITS = 3;

/** The percentiles that reports show, in percent. */
export const SHOWN_PERCENTILES: readonly number[] = [50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];

export class LatencyHistogram {
  readonly #histogram: Histogram;

  constructor(histogram?: Histogram) {
    this.#histogram =
      histogram ??
      build({
        bitBucketSize: 32,
        lowestDiscernibleValue: 1,
        highestTrackableValue: LONGEST_US,
        numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      });
  }

  /** Throws when the text is no histogram. */
  static decode(text: string): LatencyHistogram {
    try {
      return new LatencyHistogram(decodeFromCompressedBase64(text, 32));
    } catch (error) {
      throw new Error(`not an HDR histogram: ${text.slice(0, 20)}`, { cause: error });
    }
  }

  static merged(histograms: Iterable<LatencyHistogram>): LatencyHistogram {
    const sum = new LatencyHistogram();
    for (const one of histograms) sum.add(one);
    return sum;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  get maxMs(): number {
    return this.percentileMs(100);
  }

  get meanMs(): number {
    return this.count === 0 ? Number.NaN : this.#histogram.mean / US_PER_MS;
  }

  /** Below a microsecond counts as one, beyond ten minutes as ten minutes. */
  recordMs(latencyMs: number): void {
    const us = Math.round(latencyMs * US_PER_MS);
    this.#histogram.recordValue(Math.min(LONGEST_US, Math.max(1, us)));
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  /** The latency that `percent` of all do not exceed; NaN when there are none. */
  percentileMs(percent: number): number {
    if (this.count === 0) return Number.NaN;
    return this.#histogram.getValueAtPercentile(percent) / US_PER_MS;
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
