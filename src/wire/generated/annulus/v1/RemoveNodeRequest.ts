// Original file: proto/annulus/v1/cluster.proto


export interface RemoveNodeRequest {
  'nodeId'?: (string);
  'force'?: (boolean);
  'acceptDataLoss'?: (boolean);
}

export interface RemoveNodeRequest__Output {
  'nodeId': (string);
  'force': (boolean);
  'acceptDataLoss': (boolean);
}
