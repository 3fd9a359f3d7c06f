// Original file: proto/annulus/v1/annulus.proto


export interface ListRequest {
  'collection'?: (string);
  'pageSize'?: (number);
  'pageToken'?: (string);
  'includeVector'?: (boolean);
}

export interface ListRequest__Output {
  'collection': (string);
  'pageSize': (number);
  'pageToken': (string);
  'includeVector': (boolean);
}
