// Original file: proto/annulus/v1/cluster.proto

import type { ReplicaState as _annulus_v1_ReplicaState, ReplicaState__Output as _annulus_v1_ReplicaState__Output } from '../../annulus/v1/ReplicaState.js';

export interface ReplicaInfo {
  'nodeId'?: (string);
  'state'?: (_annulus_v1_ReplicaState);
}

export interface ReplicaInfo__Output {
  'nodeId': (string);
  'state': (_annulus_v1_ReplicaState__Output);
}
