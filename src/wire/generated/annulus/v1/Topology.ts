// Original file: proto/annulus/v1/cluster.proto

import type { NodeInfo as _annulus_v1_NodeInfo, NodeInfo__Output as _annulus_v1_NodeInfo__Output } from '../../annulus/v1/NodeInfo.js';
import type { CollectionTopology as _annulus_v1_CollectionTopology, CollectionTopology__Output as _annulus_v1_CollectionTopology__Output } from '../../annulus/v1/CollectionTopology.js';
import type { Long } from '@grpc/proto-loader';

export interface Topology {
  'epoch'?: (number | string | Long);
  'nodes'?: (_annulus_v1_NodeInfo)[];
  'collections'?: (_annulus_v1_CollectionTopology)[];
  'areMovesPaused'?: (boolean);
}

export interface Topology__Output {
  'epoch': (string);
  'nodes': (_annulus_v1_NodeInfo__Output)[];
  'collections': (_annulus_v1_CollectionTopology__Output)[];
  'areMovesPaused': (boolean);
}
