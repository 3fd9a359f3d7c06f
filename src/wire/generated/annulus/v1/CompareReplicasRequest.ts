// Original file: proto/annulus/v1/cluster.proto


export interface CompareReplicasRequest {
  'collection'?: (string);
}

export interface CompareReplicasRequest__Output {
  'collection': (string);
}
