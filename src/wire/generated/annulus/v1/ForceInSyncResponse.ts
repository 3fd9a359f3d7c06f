// Original file: proto/annulus/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface ForceInSyncResponse {
  'generation'?: (number | string | Long);
  'documentCount'?: (number | string | Long);
  'documentCountBefore'?: (number | string | Long);
}

export interface ForceInSyncResponse__Output {
  'generation': (string);
  'documentCount': (string);
  'documentCountBefore': (string);
}
