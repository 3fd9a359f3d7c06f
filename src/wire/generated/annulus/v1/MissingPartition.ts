// Original file: proto/annulus/v1/annulus.proto


export interface MissingPartition {
  'partition'?: (number);
  'reason'?: (string);
}

export interface MissingPartition__Output {
  'partition': (number);
  'reason': (string);
}
