// Original file: proto/annulus/v1/annulus.proto


export interface HnswConfig {
  'm'?: (number);
  'efConstruction'?: (number);
}

export interface HnswConfig__Output {
  'm': (number);
  'efConstruction': (number);
}
