// Original file: proto/annulus/v1/common.proto

import type { FloatList as _annulus_v1_FloatList, FloatList__Output as _annulus_v1_FloatList__Output } from '../../annulus/v1/FloatList.js';

export interface Vector {
  'floats'?: (_annulus_v1_FloatList | null);
  'packed'?: (Buffer | Uint8Array | string);
  'encoding'?: "floats"|"packed";
}

export interface Vector__Output {
  'floats'?: (_annulus_v1_FloatList__Output | null);
  'packed'?: (Buffer);
  'encoding'?: "floats"|"packed";
}
