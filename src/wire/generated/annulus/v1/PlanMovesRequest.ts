// Original file: proto/annulus/v1/cluster.proto

import type { AddNodeRequest as _annulus_v1_AddNodeRequest, AddNodeRequest__Output as _annulus_v1_AddNodeRequest__Output } from '../../annulus/v1/AddNodeRequest.js';
import type { UpdateNodeRequest as _annulus_v1_UpdateNodeRequest, UpdateNodeRequest__Output as _annulus_v1_UpdateNodeRequest__Output } from '../../annulus/v1/UpdateNodeRequest.js';
import type { SetReplicationRequest as _annulus_v1_SetReplicationRequest, SetReplicationRequest__Output as _annulus_v1_SetReplicationRequest__Output } from '../../annulus/v1/SetReplicationRequest.js';

export interface PlanMovesRequest {
  'add'?: (_annulus_v1_AddNodeRequest)[];
  'drain'?: (string)[];
  'remove'?: (string)[];
  'update'?: (_annulus_v1_UpdateNodeRequest)[];
  'replication'?: (_annulus_v1_SetReplicationRequest)[];
}

export interface PlanMovesRequest__Output {
  'add': (_annulus_v1_AddNodeRequest__Output)[];
  'drain': (string)[];
  'remove': (string)[];
  'update': (_annulus_v1_UpdateNodeRequest__Output)[];
  'replication': (_annulus_v1_SetReplicationRequest__Output)[];
}
