// Original file: proto/annulus/v1/cluster.proto


export interface SetReplicationRequest {
  'collection'?: (string);
  'replicationFactor'?: (number);
  'minInSync'?: (number);
}

export interface SetReplicationRequest__Output {
  'collection': (string);
  'replicationFactor': (number);
  'minInSync': (number);
}
