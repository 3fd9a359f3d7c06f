// Original file: proto/annulus/v1/shard.proto

import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from '../../annulus/v1/Value.js';

export interface StoredMetadata {
  'entries'?: ({[key: string]: _annulus_v1_Value});
}

export interface StoredMetadata__Output {
  'entries': ({[key: string]: _annulus_v1_Value__Output});
}
