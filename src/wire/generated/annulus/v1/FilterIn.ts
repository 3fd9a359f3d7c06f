// Original file: proto/annulus/v1/common.proto

import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from '../../annulus/v1/Value.js';

export interface FilterIn {
  'key'?: (string);
  'values'?: (_annulus_v1_Value)[];
}

export interface FilterIn__Output {
  'key': (string);
  'values': (_annulus_v1_Value__Output)[];
}
