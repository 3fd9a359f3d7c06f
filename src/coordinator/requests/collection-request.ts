/** What a new collection shall be like, checked; what depends on the nodes is left open. */

import { invalidField } from '../../base/errors.js';
import type { Metric } from '../../base/metric.js';
import type { CreateCollectionRequest__Output } from '../../wire/generated/annulus/v1/CreateCollectionRequest.js';
import { type BalancingPolicy, checkBalancingPolicy } from '../balancing/replica-picker.js';
import type { RequestLimits } from '../limits.js';
import { checkCollectionName, checkCount, checkEnum } from './fields.js';

export interface WantedCollection {
  name: string;
  dimension: number;
  metric: Metric;
  /** Undefined: enough that every node gets one. */
  partitionCount: number | undefined;
  /** Undefined: min(3, nodes). */
  replicationFactor: number | undefined;
  /** Undefined: all copies but one, and at least 1. */
  minInSync?: number | undefined;
  m: number;
  efConstruction: number;
  /** Undefined: the default. */
  balancingPolicy?: BalancingPolicy;
}

const metrics: Record<string, Metric> = {
  METRIC_UNSPECIFIED: 'cosine',
  METRIC_COSINE: 'cosine',
  METRIC_DOT: 'dot',
  METRIC_L2: 'l2',
};

export function checkCollectionRequest(
  request: CreateCollectionRequest__Output,
  limits: RequestLimits,
): WantedCollection {
  const replicationMax = limits.replicationFactorMax;
  const { hnsw } = request;
  const balancingPolicy = checkBalancingPolicy('balancing_policy', request.balancingPolicy);
  return {
    name: checkCollectionName('name', request.name),
    dimension: checkCount('dimension', request.dimension, 1, limits.dimensionMax),
    metric: checkEnum('metric', request.metric, metrics),
    partitionCount: orUndefined(checkPartitions(request.partitions, limits.partitionsMax)),
    replicationFactor: orUndefined(
      checkCount('replication_factor', request.replicationFactor, 1, replicationMax, 0),
    ),
    minInSync: orUndefined(checkCount('min_in_sync', request.minInSync, 1, replicationMax, 0)),
    ...(balancingPolicy === '' ? {} : { balancingPolicy }),
    m: checkCount('hnsw.m', hnsw?.m ?? 0, 2, 128, 16),
    efConstruction: checkCount('hnsw.ef_construction', hnsw?.efConstruction ?? 0, 8, 4_096, 128),
  };
}

function checkPartitions(partitions: number, max: number): number {
  const isPowerOfTwo = Number.isInteger(Math.log2(partitions));
  if (partitions !== 0 && (!isPowerOfTwo || partitions > max)) {
    throw invalidField('partitions', partitions, `a power of two, 1..${max} (0 means the default)`);
  }
  return partitions;
}

function orUndefined(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
