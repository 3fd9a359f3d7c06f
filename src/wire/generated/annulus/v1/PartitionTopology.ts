// Original file: proto/annulus/v1/cluster.proto

import type { ReplicaInfo as _annulus_v1_ReplicaInfo, ReplicaInfo__Output as _annulus_v1_ReplicaInfo__Output } from '../../annulus/v1/ReplicaInfo.js';
import type { Long } from '@grpc/proto-loader';

export interface PartitionTopology {
  'partition'?: (number);
  'generation'?: (number | string | Long);
  'replicas'?: (_annulus_v1_ReplicaInfo)[];
  'minInSync'?: (number);
}

export interface PartitionTopology__Output {
  'partition': (number);
  'generation': (string);
  'replicas': (_annulus_v1_ReplicaInfo__Output)[];
  'minInSync': (number);
}
