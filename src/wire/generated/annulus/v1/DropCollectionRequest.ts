// Original file: proto/annulus/v1/annulus.proto


export interface DropCollectionRequest {
  'name'?: (string);
}

export interface DropCollectionRequest__Output {
  'name': (string);
}
