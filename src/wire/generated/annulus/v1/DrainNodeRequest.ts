// Original file: proto/annulus/v1/cluster.proto


export interface DrainNodeRequest {
  'nodeId'?: (string);
  'cancel'?: (boolean);
}

export interface DrainNodeRequest__Output {
  'nodeId': (string);
  'cancel': (boolean);
}
