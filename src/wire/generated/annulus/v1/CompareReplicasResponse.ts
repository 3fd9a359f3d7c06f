// Original file: proto/annulus/v1/cluster.proto

import type { PartitionComparison as _annulus_v1_PartitionComparison, PartitionComparison__Output as _annulus_v1_PartitionComparison__Output } from '../../annulus/v1/PartitionComparison.js';

export interface CompareReplicasResponse {
  'partitions'?: (_annulus_v1_PartitionComparison)[];
}

export interface CompareReplicasResponse__Output {
  'partitions': (_annulus_v1_PartitionComparison__Output)[];
}
