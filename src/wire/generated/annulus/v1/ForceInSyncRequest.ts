// Original file: proto/annulus/v1/cluster.proto


export interface ForceInSyncRequest {
  'collection'?: (string);
  'partition'?: (number);
  'nodeId'?: (string);
  'acceptDataLoss'?: (boolean);
}

export interface ForceInSyncRequest__Output {
  'collection': (string);
  'partition': (number);
  'nodeId': (string);
  'acceptDataLoss': (boolean);
}
