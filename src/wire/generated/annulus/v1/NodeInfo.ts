// Original file: proto/annulus/v1/cluster.proto

import type { NodeState as _annulus_v1_NodeState, NodeState__Output as _annulus_v1_NodeState__Output } from '../../annulus/v1/NodeState.js';
import type { Long } from '@grpc/proto-loader';

export interface NodeInfo {
  'nodeId'?: (string);
  'address'?: (string);
  'zone'?: (string);
  'weight'?: (number | string);
  'state'?: (_annulus_v1_NodeState);
  'replicaCount'?: (number);
  'documentCount'?: (number | string | Long);
  'outstanding'?: (number);
  'isDrained'?: (boolean);
  'isSafeToStop'?: (boolean);
  'replacedBy'?: (string);
  'downSinceMs'?: (number | string | Long);
}

export interface NodeInfo__Output {
  'nodeId': (string);
  'address': (string);
  'zone': (string);
  'weight': (number);
  'state': (_annulus_v1_NodeState__Output);
  'replicaCount': (number);
  'documentCount': (string);
  'outstanding': (number);
  'isDrained': (boolean);
  'isSafeToStop': (boolean);
  'replacedBy': (string);
  'downSinceMs': (string);
}
