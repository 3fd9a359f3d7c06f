// Original file: proto/annulus/v1/common.proto

import type { Vector as _annulus_v1_Vector, Vector__Output as _annulus_v1_Vector__Output } from '../../annulus/v1/Vector.js';
import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from '../../annulus/v1/Value.js';
import type { Long } from '@grpc/proto-loader';

export interface Document {
  'id'?: (string);
  'vector'?: (_annulus_v1_Vector | null);
  'text'?: (string);
  'metadata'?: ({[key: string]: _annulus_v1_Value});
  'version'?: (number | string | Long);
}

export interface Document__Output {
  'id': (string);
  'vector': (_annulus_v1_Vector__Output | null);
  'text': (string);
  'metadata': ({[key: string]: _annulus_v1_Value__Output});
  'version': (string);
}
