/**
 * What a graph is made with, and how our metrics look to hnswlib, which knows two: squared Euclidean
 * distance and 1 - inner product. Cosine is the inner product of vectors scaled to length 1, scaled
 * here rather than by the library: its norm is summed in single precision, which overflows from
 * elements of about 1e19 and vanishes below 1e-23.
 */
import type { Metric } from '../../src/base/metric.js';

export interface GraphSpec {
  /** Elements of each vector, 1 or more. */
  dimension: number;
  metric: Metric;
  /** Links of a vector on each layer of the graph, twice as many on the lowest. 2..1,024. */
  m: number;
  /** Candidates examined when a vector is inserted. 1 or more; hnswlib uses at least `m`. */
  efConstruction: number;
}

export type NativeSpace = 'ip' | 'l2';

export function nativeSpace(metric: Metric): NativeSpace {
  return metric === 'l2' ? 'l2' : 'ip';
}

/** Our distance of one that hnswlib gave. */
export function distanceOfNative(metric: Metric, native: number): number {
  return metric === 'dot' ? native - 1 : native;
}

/**
 * Writes the elements that hnswlib is to have for a vector to `target`. Equal directions (for cosine;
 * else equal vectors) give equal bytes, but for rounding.
 */
export function writeNativeVector(
  metric: Metric,
  vector: Float32Array,
  target: Float32Array,
): void {
  const scale = metric === 'cosine' ? cosineScale(vector) : 1;
  for (let i = 0; i < vector.length; i += 1) {
    target[i] = (vector[i] as number) * scale + 0; // + 0 turns -0 into 0.
  }
}

function cosineScale(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) {
    const x = vector[i] as number;
    sum += x * x;
  }
  return sum === 0 ? 1 : 1 / Math.sqrt(sum);
}

/** Why two graphs' makings differ, or undefined when they do not. */
export function specDifference(found: GraphSpec, wanted: GraphSpec): string | undefined {
  const keys = ['dimension', 'metric', 'm', 'efConstruction'] as const;
  const differing = keys.filter((key) => found[key] !== wanted[key]);
  if (differing.length === 0) return undefined;
  return differing.map((key) => `${key} is ${found[key]}, not ${wanted[key]}`).join('; ');
}
