// Original file: proto/annulus/v1/annulus.proto


export interface WriteFailure {
  'id'?: (string);
  'code'?: (number);
  'message'?: (string);
  'reason'?: (string);
  'retryAfterMs'?: (number);
}

export interface WriteFailure__Output {
  'id': (string);
  'code': (number);
  'message': (string);
  'reason': (string);
  'retryAfterMs': (number);
}
