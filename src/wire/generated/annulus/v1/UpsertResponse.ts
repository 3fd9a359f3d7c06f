// Original file: proto/annulus/v1/annulus.proto

import type { WriteFailure as _annulus_v1_WriteFailure, WriteFailure__Output as _annulus_v1_WriteFailure__Output } from '../../annulus/v1/WriteFailure.js';
import type { Error as _annulus_v1_Error, Error__Output as _annulus_v1_Error__Output } from '../../annulus/v1/Error.js';
import type { Long } from '@grpc/proto-loader';

export interface UpsertResponse {
  'upserted'?: (number);
  'version'?: (number | string | Long);
  'failures'?: (_annulus_v1_WriteFailure)[];
  'error'?: (_annulus_v1_Error | null);
}

export interface UpsertResponse__Output {
  'upserted': (number);
  'version': (string);
  'failures': (_annulus_v1_WriteFailure__Output)[];
  'error': (_annulus_v1_Error__Output | null);
}
