// Original file: proto/annulus/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface LostPartition {
  'collection'?: (string);
  'partition'?: (number);
  'documentCount'?: (number | string | Long);
}

export interface LostPartition__Output {
  'collection': (string);
  'partition': (number);
  'documentCount': (string);
}
