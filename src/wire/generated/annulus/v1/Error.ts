// Original file: proto/annulus/v1/annulus.proto


export interface Error {
  'code'?: (number);
  'message'?: (string);
  'reason'?: (string);
  'retryAfterMs'?: (number);
}

export interface Error__Output {
  'code': (number);
  'message': (string);
  'reason': (string);
  'retryAfterMs': (number);
}
