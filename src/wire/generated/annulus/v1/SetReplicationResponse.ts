// Original file: proto/annulus/v1/cluster.proto


export interface SetReplicationResponse {
  'replicationFactor'?: (number);
  'minInSync'?: (number);
}

export interface SetReplicationResponse__Output {
  'replicationFactor': (number);
  'minInSync': (number);
}
