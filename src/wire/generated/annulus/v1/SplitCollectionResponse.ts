// Original file: proto/annulus/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface SplitCollectionResponse {
  'partitions'?: (number);
  'partitionsAfter'?: (number);
  'bytesTotal'?: (number | string | Long);
}

export interface SplitCollectionResponse__Output {
  'partitions': (number);
  'partitionsAfter': (number);
  'bytesTotal': (string);
}
