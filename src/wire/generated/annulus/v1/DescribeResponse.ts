// Original file: proto/annulus/v1/shard.proto

import type { ReplicaAssignment as _annulus_v1_ReplicaAssignment, ReplicaAssignment__Output as _annulus_v1_ReplicaAssignment__Output } from '../../annulus/v1/ReplicaAssignment.js';
import type { Long } from '@grpc/proto-loader';

export interface DescribeResponse {
  'nodeId'?: (string);
  'clusterId'?: (string);
  'epoch'?: (number | string | Long);
  'replicas'?: (_annulus_v1_ReplicaAssignment)[];
}

export interface DescribeResponse__Output {
  'nodeId': (string);
  'clusterId': (string);
  'epoch': (string);
  'replicas': (_annulus_v1_ReplicaAssignment__Output)[];
}
