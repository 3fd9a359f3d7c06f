// Original file: proto/annulus/v1/annulus.proto


export interface GetRequest {
  'collection'?: (string);
  'ids'?: (string)[];
  'includeVector'?: (boolean);
}

export interface GetRequest__Output {
  'collection': (string);
  'ids': (string)[];
  'includeVector': (boolean);
}
