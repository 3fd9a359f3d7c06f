// Original file: proto/annulus/v1/annulus.proto

import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from '../../annulus/v1/Value.js';
import type { Vector as _annulus_v1_Vector, Vector__Output as _annulus_v1_Vector__Output } from '../../annulus/v1/Vector.js';

export interface Hit {
  'id'?: (string);
  'score'?: (number | string);
  'text'?: (string);
  'metadata'?: ({[key: string]: _annulus_v1_Value});
  'vector'?: (_annulus_v1_Vector | null);
}

export interface Hit__Output {
  'id': (string);
  'score': (number);
  'text': (string);
  'metadata': ({[key: string]: _annulus_v1_Value__Output});
  'vector': (_annulus_v1_Vector__Output | null);
}
