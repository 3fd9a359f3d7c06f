// Original file: proto/annulus/v1/cluster.proto

import type { Long } from '@grpc/proto-loader';

export interface Move {
  'collection'?: (string);
  'partition'?: (number);
  'fromNodeId'?: (string);
  'toNodeId'?: (string);
  'progressRatio'?: (number | string);
  'bytesMoved'?: (number | string | Long);
  'bytesTotal'?: (number | string | Long);
}

export interface Move__Output {
  'collection': (string);
  'partition': (number);
  'fromNodeId': (string);
  'toNodeId': (string);
  'progressRatio': (number);
  'bytesMoved': (string);
  'bytesTotal': (string);
}
