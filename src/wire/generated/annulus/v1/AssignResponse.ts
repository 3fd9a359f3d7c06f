// Original file: proto/annulus/v1/shard.proto

import type { ReplicaReport as _annulus_v1_ReplicaReport, ReplicaReport__Output as _annulus_v1_ReplicaReport__Output } from '../../annulus/v1/ReplicaReport.js';

export interface AssignResponse {
  'replicas'?: (_annulus_v1_ReplicaReport)[];
}

export interface AssignResponse__Output {
  'replicas': (_annulus_v1_ReplicaReport__Output)[];
}
