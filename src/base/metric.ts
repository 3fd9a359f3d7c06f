/**
 * Distance (internal, smaller is nearer) and score (public, larger is better) of the three metrics.
 * Distances are summed in double precision, in index order, so that every replica and every way of
 * searching gives one document the same distance to the last bit.
 */
export type Metric = 'cosine' | 'dot' | 'l2';

/** Smaller is nearer. cosine: 1 - similarity. dot: minus the product. l2: squared distance. */
export type DistanceFunction = (a: Float32Array, b: Float32Array) => number;

export const distanceFunctions: Record<Metric, DistanceFunction> = {
  cosine: cosineDistance,
  dot: dotDistance,
  l2: squaredDistance,
};

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i] as number;
    const y = b[i] as number;
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  const norms = Math.sqrt(aa) * Math.sqrt(bb);
  return norms === 0 ? 1 : 1 - product / norms;
}

function dotDistance(a: Float32Array, b: Float32Array): number {
  let product = 0;
  for (let i = 0; i < a.length; i += 1) product += (a[i] as number) * (b[i] as number);
  return product === 0 ? 0 : -product;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = (a[i] as number) - (b[i] as number);
    sum += difference * difference;
  }
  return sum;
}

/** cosine: similarity, -1..1. dot: inner product. l2: minus the Euclidean distance. */
export function scoreOfDistance(metric: Metric, distance: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - distance;
    case 'dot':
      return distance === 0 ? 0 : -distance;
    case 'l2':
      return distance === 0 ? 0 : -Math.sqrt(distance);
  }
}
