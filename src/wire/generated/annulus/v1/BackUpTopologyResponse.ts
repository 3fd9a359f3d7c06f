// Original file: proto/annulus/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface BackUpTopologyResponse {
  'epoch'?: (number | string | Long);
  'topology'?: (string);
}

export interface BackUpTopologyResponse__Output {
  'epoch': (string);
  'topology': (string);
}
