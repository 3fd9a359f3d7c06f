// Original file: proto/annulus/v1/cluster.proto


export interface UpdateNodeRequest {
  'nodeId'?: (string);
  'weight'?: (number | string);
  'zone'?: (string);
  '_weight'?: "weight";
  '_zone'?: "zone";
}

export interface UpdateNodeRequest__Output {
  'nodeId': (string);
  'weight'?: (number);
  'zone'?: (string);
  '_weight'?: "weight";
  '_zone'?: "zone";
}
