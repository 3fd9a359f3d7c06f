// Original file: proto/annulus/v1/shard.proto

import type { RecoveryReport as _annulus_v1_RecoveryReport, RecoveryReport__Output as _annulus_v1_RecoveryReport__Output } from '../../annulus/v1/RecoveryReport.js';
import type { Long } from '@grpc/proto-loader';

export interface ReplicaReport {
  'collectionId'?: (string);
  'partition'?: (number);
  'state'?: (string);
  'detail'?: (string);
  'documentCount'?: (number | string | Long);
  'recovery'?: (_annulus_v1_RecoveryReport | null);
}

export interface ReplicaReport__Output {
  'collectionId': (string);
  'partition': (number);
  'state': (string);
  'detail': (string);
  'documentCount': (string);
  'recovery': (_annulus_v1_RecoveryReport__Output | null);
}
