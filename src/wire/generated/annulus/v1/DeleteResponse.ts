// Original file: proto/annulus/v1/annulus.proto

import type { WriteFailure as _annulus_v1_WriteFailure, WriteFailure__Output as _annulus_v1_WriteFailure__Output } from '../../annulus/v1/WriteFailure.js';
import type { Long } from '@grpc/proto-loader';

export interface DeleteResponse {
  'deleted'?: (number);
  'version'?: (number | string | Long);
  'failures'?: (_annulus_v1_WriteFailure)[];
}

export interface DeleteResponse__Output {
  'deleted': (number);
  'version': (string);
  'failures': (_annulus_v1_WriteFailure__Output)[];
}
