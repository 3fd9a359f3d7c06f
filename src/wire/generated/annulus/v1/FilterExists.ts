// Original file: proto/annulus/v1/common.proto


export interface FilterExists {
  'key'?: (string);
}

export interface FilterExists__Output {
  'key': (string);
}
