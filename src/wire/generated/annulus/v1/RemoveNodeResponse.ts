// Original file: proto/annulus/v1/cluster.proto

import type { LostPartition as _annulus_v1_LostPartition, LostPartition__Output as _annulus_v1_LostPartition__Output } from '../../annulus/v1/LostPartition.js';

export interface RemoveNodeResponse {
  'lost'?: (_annulus_v1_LostPartition)[];
}

export interface RemoveNodeResponse__Output {
  'lost': (_annulus_v1_LostPartition__Output)[];
}
