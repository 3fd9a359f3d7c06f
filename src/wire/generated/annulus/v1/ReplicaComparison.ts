// Original file: proto/annulus/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface ReplicaComparison {
  'nodeId'?: (string);
  'documentCount'?: (number | string | Long);
  'bucketsDiffering'?: (number);
}

export interface ReplicaComparison__Output {
  'nodeId': (string);
  'documentCount': (string);
  'bucketsDiffering': (number);
}
