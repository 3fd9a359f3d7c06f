// Original file: proto/annulus/v1/shard.proto

import type { Long } from '@grpc/proto-loader';

export interface ReplicaReport {
  'collectionId'?: (string);
  'partition'?: (number);
  'state'?: (string);
  'detail'?: (string);
  'documentCount'?: (number | string | Long);
}

export interface ReplicaReport__Output {
  'collectionId': (string);
  'partition': (number);
  'state': (string);
  'detail': (string);
  'documentCount': (string);
}
