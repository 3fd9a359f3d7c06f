// Original file: proto/annulus/v1/annulus.proto


export interface GetCollectionRequest {
  'name'?: (string);
}

export interface GetCollectionRequest__Output {
  'name': (string);
}
