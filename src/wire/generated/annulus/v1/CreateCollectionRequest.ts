// Original file: proto/annulus/v1/annulus.proto

import type { Metric as _annulus_v1_Metric, Metric__Output as _annulus_v1_Metric__Output } from '../../annulus/v1/Metric.js';
import type { HnswConfig as _annulus_v1_HnswConfig, HnswConfig__Output as _annulus_v1_HnswConfig__Output } from '../../annulus/v1/HnswConfig.js';

export interface CreateCollectionRequest {
  'name'?: (string);
  'dimension'?: (number);
  'metric'?: (_annulus_v1_Metric);
  'partitions'?: (number);
  'replicationFactor'?: (number);
  'hnsw'?: (_annulus_v1_HnswConfig | null);
  'minInSync'?: (number);
  'balancingPolicy'?: (string);
}

export interface CreateCollectionRequest__Output {
  'name': (string);
  'dimension': (number);
  'metric': (_annulus_v1_Metric__Output);
  'partitions': (number);
  'replicationFactor': (number);
  'hnsw': (_annulus_v1_HnswConfig__Output | null);
  'minInSync': (number);
  'balancingPolicy': (string);
}
