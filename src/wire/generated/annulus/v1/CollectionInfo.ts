// Original file: proto/annulus/v1/annulus.proto

import type { Metric as _annulus_v1_Metric, Metric__Output as _annulus_v1_Metric__Output } from '../../annulus/v1/Metric.js';
import type { HnswConfig as _annulus_v1_HnswConfig, HnswConfig__Output as _annulus_v1_HnswConfig__Output } from '../../annulus/v1/HnswConfig.js';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.js';
import type { Long } from '@grpc/proto-loader';

export interface CollectionInfo {
  'name'?: (string);
  'dimension'?: (number);
  'metric'?: (_annulus_v1_Metric);
  'partitions'?: (number);
  'replicationFactor'?: (number);
  'hnsw'?: (_annulus_v1_HnswConfig | null);
  'documentCount'?: (number | string | Long);
  'createdAt'?: (_google_protobuf_Timestamp | null);
  'minInSync'?: (number);
  'balancingPolicy'?: (string);
}

export interface CollectionInfo__Output {
  'name': (string);
  'dimension': (number);
  'metric': (_annulus_v1_Metric__Output);
  'partitions': (number);
  'replicationFactor': (number);
  'hnsw': (_annulus_v1_HnswConfig__Output | null);
  'documentCount': (string);
  'createdAt': (_google_protobuf_Timestamp__Output | null);
  'minInSync': (number);
  'balancingPolicy': (string);
}
