// Original file: proto/annulus/v1/common.proto

import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from '../../annulus/v1/Value.js';

export interface FilterEquals {
  'key'?: (string);
  'value'?: (_annulus_v1_Value | null);
}

export interface FilterEquals__Output {
  'key': (string);
  'value': (_annulus_v1_Value__Output | null);
}
