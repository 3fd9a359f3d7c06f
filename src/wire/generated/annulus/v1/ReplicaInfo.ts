// Original file: proto/annulus/v1/cluster.proto

import type { ReplicaState as _annulus_v1_ReplicaState, ReplicaState__Output as _annulus_v1_ReplicaState__Output } from '../../annulus/v1/ReplicaState.js';
import type { ReplicaCondition as _annulus_v1_ReplicaCondition, ReplicaCondition__Output as _annulus_v1_ReplicaCondition__Output } from '../../annulus/v1/ReplicaCondition.js';

export interface ReplicaInfo {
  'nodeId'?: (string);
  'state'?: (_annulus_v1_ReplicaState);
  'condition'?: (_annulus_v1_ReplicaCondition);
  'detail'?: (string);
}

export interface ReplicaInfo__Output {
  'nodeId': (string);
  'state': (_annulus_v1_ReplicaState__Output);
  'condition': (_annulus_v1_ReplicaCondition__Output);
  'detail': (string);
}
