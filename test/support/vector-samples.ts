import { distanceFunctions, type Metric } from '../../src/base/metric.js';
import { type Random, randomInt } from '../../src/base/random.js';

/** A sample of the standard normal distribution (Box and Muller). */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

/** Gaussian clusters around Gaussian centres: hard enough that a graph can miss neighbours. */
export function clusteredVectors(
  random: Random,
  count: number,
  dimension: number,
  clusterCount: number,
): Float32Array[] {
  const centres = Array.from({ length: clusterCount }, () =>
    Float32Array.from({ length: dimension }, () => normal(random)),
  );
  return Array.from({ length: count }, () => {
    const centre = centres[randomInt(random, clusterCount)] as Float32Array;
    return centre.map((x) => x + 0.5 * normal(random));
  });
}

/** The naive search: every distance, sorted, ties by label. */
export function nearestByBruteForce(
  metric: Metric,
  vectors: ReadonlyMap<number, Float32Array>,
  query: Float32Array,
  k: number,
): { label: number; distance: number }[] {
  const distance = distanceFunctions[metric];
  return [...vectors]
    .map(([label, vector]) => ({ label, distance: distance(query, vector) }))
    .sort((a, b) => a.distance - b.distance || a.label - b.label)
    .slice(0, k);
}

/** The share of the wanted labels that were found. */
export function recallOf(
  found: readonly { label: number }[],
  wanted: readonly { label: number }[],
) {
  const labels = new Set(found.map(({ label }) => label));
  return wanted.filter(({ label }) => labels.has(label)).length / wanted.length;
}
