// Original file: proto/annulus/v1/cluster.proto


export interface ReplaceNodeRequest {
  'nodeId'?: (string);
  'replacementNodeId'?: (string);
}

export interface ReplaceNodeRequest__Output {
  'nodeId': (string);
  'replacementNodeId': (string);
}
