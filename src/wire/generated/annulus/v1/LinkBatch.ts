// Original file: proto/annulus/v1/shard.proto


export interface LinkBatch {
  'items'?: (Buffer | Uint8Array | string);
}

export interface LinkBatch__Output {
  'items': (Buffer);
}
