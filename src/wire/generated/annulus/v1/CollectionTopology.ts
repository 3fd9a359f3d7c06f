// Original file: proto/annulus/v1/cluster.proto

import type { PartitionTopology as _annulus_v1_PartitionTopology, PartitionTopology__Output as _annulus_v1_PartitionTopology__Output } from '../../annulus/v1/PartitionTopology.js';

export interface CollectionTopology {
  'name'?: (string);
  'partitions'?: (_annulus_v1_PartitionTopology)[];
  'splittingInto'?: (number);
}

export interface CollectionTopology__Output {
  'name': (string);
  'partitions': (_annulus_v1_PartitionTopology__Output)[];
  'splittingInto': (number);
}
