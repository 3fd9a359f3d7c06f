// Original file: proto/annulus/v1/shard.proto

import type { Long } from '@grpc/proto-loader';

export interface ReplicaAssignment {
  'collectionId'?: (string);
  'partition'?: (number);
  'generation'?: (number | string | Long);
  'dimension'?: (number);
  'metric'?: (string);
  'm'?: (number);
  'efConstruction'?: (number);
  'create'?: (boolean);
  'state'?: (string);
  'sourceNodeId'?: (string);
  'sourceAddress'?: (string);
  'sourceCollectionId'?: (string);
  'sourcePartition'?: (number);
  'sourceGeneration'?: (number | string | Long);
  'partitionCount'?: (number);
  'keepsReadable'?: (boolean);
}

export interface ReplicaAssignment__Output {
  'collectionId': (string);
  'partition': (number);
  'generation': (string);
  'dimension': (number);
  'metric': (string);
  'm': (number);
  'efConstruction': (number);
  'create': (boolean);
  'state': (string);
  'sourceNodeId': (string);
  'sourceAddress': (string);
  'sourceCollectionId': (string);
  'sourcePartition': (number);
  'sourceGeneration': (string);
  'partitionCount': (number);
  'keepsReadable': (boolean);
}
