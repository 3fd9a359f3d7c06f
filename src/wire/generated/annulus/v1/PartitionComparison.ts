// Original file: proto/annulus/v1/cluster.proto

import type { ReplicaComparison as _annulus_v1_ReplicaComparison, ReplicaComparison__Output as _annulus_v1_ReplicaComparison__Output } from '../../annulus/v1/ReplicaComparison.js';

export interface PartitionComparison {
  'partition'?: (number);
  'bucketsDiffering'?: (number);
  'replicas'?: (_annulus_v1_ReplicaComparison)[];
}

export interface PartitionComparison__Output {
  'partition': (number);
  'bucketsDiffering': (number);
  'replicas': (_annulus_v1_ReplicaComparison__Output)[];
}
