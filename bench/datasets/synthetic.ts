// Clustered vectors whose shape resembles embeddings of text, at any dimension, from a seed alone.
//
// Embeddings of 384 to 1,536 dimensions do not fill their space: locally they vary in a few dozen
// directions, and documents gather in topics. Uniform or Gaussian noise in 1,536 dimensions has
// neither property, and an index measured on it says little about real data. The recipe:
//
//   1. Each cluster c has a centre m_c of unit length, uniform on the sphere, and `intrinsicDimension`
//      basis vectors B_c of independent Gaussian elements scaled by 1 / sqrt(dimension): random
//      high-dimensional directions are nearly orthogonal, so no orthogonalisation is needed.
//   2. A row picks its cluster with a probability that falls as 1 / (1 + c) (big topics and small
//      ones), draws z ~ N(0, 1)^intrinsicDimension, and becomes
//          m_c + spread * B_c z / sqrt(intrinsicDimension) + noise * e / sqrt(dimension),
//      with the elements of e uniform, of mean 0 and variance 1; the sum is scaled to unit length.
//   3. Queries are drawn after all base rows from the same clusters, and are not base rows.
//
// With the defaults the three terms have norms of about 1, 0.9 and 0.1, so the cosine similarity is
// about 0.55 between two rows of one cluster and about 0 between clusters.

import { type Random, seededRandom } from '../../src/base/random.js';
import { createVectorSet, normalizeInPlace, rowOf, type VectorSet } from './vector-set.js';

export interface SyntheticOptions {
  /** Rows of the base set. */
  readonly count: number;
  readonly queryCount: number;
  /** 384, 768 and 1,536 are the usual sizes of text embeddings. */
  readonly dimension: number;
  readonly seed: number;
  /** Default: one per 500 rows, at least 16. */
  readonly clusterCount?: number;
  /** Directions in which the rows of one cluster vary. Default 24; at most `dimension`. */
  readonly intrinsicDimension?: number;
  /** Norm of the part that varies inside a cluster, the centre's being 1. Default 0.9. */
  readonly spread?: number;
  /** Norm of the part in all dimensions, the centre's being 1. Default 0.1. */
  readonly noise?: number;
}

export interface SyntheticDataSet {
  /** Names the contents: equal names hold equal rows. */
  readonly name: string;
  /** Unit length. */
  readonly base: VectorSet;
  /** The cluster of each base row; 0 is the largest. */
  readonly baseClusters: Uint32Array;
  /** Unit length. */
  readonly queries: VectorSet;
}

interface Cluster {
  readonly center: Float32Array;
  readonly basis: VectorSet;
}

/** Both of mean 0 and variance 1. */
interface Draw {
  readonly gaussian: () => number;
  readonly uniform: () => number;
}

export function generateSynthetic(options: SyntheticOptions): SyntheticDataSet {
  const { count, queryCount, dimension, seed } = options;
  const clusterCount = options.clusterCount ?? Math.max(16, Math.round(count / 500));
  const intrinsicDimension = options.intrinsicDimension ?? Math.min(24, dimension);
  const { spread = 0.9, noise = 0.1 } = options;
  if (intrinsicDimension > dimension) {
    throw new Error(`intrinsicDimension ${intrinsicDimension} is above dimension ${dimension}`);
  }
  const random = seededRandom(seed);
  const draw: Draw = { gaussian: createGaussian(random), uniform: createUniform(random) };
  const clusters = Array.from({ length: clusterCount }, () =>
    drawCluster(draw.gaussian, dimension, intrinsicDimension),
  );
  const pickCluster = createClusterPicker(random, clusterCount);
  const base = createVectorSet(count, dimension);
  const baseClusters = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const cluster = pickCluster();
    baseClusters[row] = cluster;
    drawRow(draw, clusters[cluster] as Cluster, spread, noise, rowOf(base, row));
  }
  const queries = createVectorSet(queryCount, dimension);
  for (let row = 0; row < queryCount; row++) {
    drawRow(draw, clusters[pickCluster()] as Cluster, spread, noise, rowOf(queries, row));
  }
  const shape = `c${clusterCount}-i${intrinsicDimension}-s${spread}-n${noise}`;
  return {
    name: `synthetic-${dimension}d-${count}-${shape}-seed${seed}`,
    base,
    baseClusters,
    queries,
  };
}

function drawCluster(gaussian: () => number, dimension: number, basisSize: number): Cluster {
  const center = new Float32Array(dimension);
  for (let i = 0; i < dimension; i++) center[i] = gaussian();
  normalizeInPlace(center);
  const basis = createVectorSet(basisSize, dimension);
  const scale = 1 / Math.sqrt(dimension);
  for (let i = 0; i < basis.values.length; i++) basis.values[i] = gaussian() * scale;
  return { center, basis };
}

function drawRow(
  { gaussian, uniform }: Draw,
  { center, basis }: Cluster,
  spread: number,
  noise: number,
  target: Float32Array,
): void {
  const sum = Float64Array.from(center);
  const coefficientScale = spread / Math.sqrt(basis.count);
  for (let b = 0; b < basis.count; b++) {
    const coefficient = gaussian() * coefficientScale;
    const offset = b * basis.dimension;
    for (let i = 0; i < sum.length; i++) {
      sum[i] = (sum[i] as number) + coefficient * (basis.values[offset + i] as number);
    }
  }
  const noiseScale = noise / Math.sqrt(sum.length);
  for (let i = 0; i < sum.length; i++) target[i] = (sum[i] as number) + uniform() * noiseScale;
  normalizeInPlace(target);
}

/** Cluster c with a probability proportional to 1 / (1 + c), by inversion of the cumulated sum. */
function createClusterPicker(random: Random, clusterCount: number): () => number {
  const cumulated = new Float64Array(clusterCount);
  let total = 0;
  for (let c = 0; c < clusterCount; c++) {
    total += 1 / (1 + c);
    cumulated[c] = total;
  }
  return () => {
    const point = random.next() * total;
    let low = 0;
    let high = clusterCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] as number) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/**
 * Normal deviates as the centred sum of twelve uniform ones (Irwin and Hall): variance 1, cut off
 * at 6, and only additions, so that every platform draws the same bits; log and cos do not.
 */
function createGaussian(random: Random): () => number {
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.next();
    return sum;
  };
}

function createUniform(random: Random): () => number {
  const scale = Math.sqrt(12);
  return () => (random.next() - 0.5) * scale;
}
