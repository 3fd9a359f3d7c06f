// Original file: proto/annulus/v1/cluster.proto

import type { NodeInfo as _annulus_v1_NodeInfo, NodeInfo__Output as _annulus_v1_NodeInfo__Output } from '../../annulus/v1/NodeInfo.js';

export interface ListNodesResponse {
  'nodes'?: (_annulus_v1_NodeInfo)[];
}

export interface ListNodesResponse__Output {
  'nodes': (_annulus_v1_NodeInfo__Output)[];
}
