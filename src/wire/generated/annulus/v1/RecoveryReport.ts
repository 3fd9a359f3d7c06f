// Original file: proto/annulus/v1/shard.proto

import type { Long } from '@grpc/proto-loader';

export interface RecoveryReport {
  'generation'?: (number | string | Long);
  'phase'?: (string);
  'rowCount'?: (number | string | Long);
  'byteCount'?: (number | string | Long);
  'idleRoundCount'?: (number);
}

export interface RecoveryReport__Output {
  'generation': (string);
  'phase': (string);
  'rowCount': (string);
  'byteCount': (string);
  'idleRoundCount': (number);
}
