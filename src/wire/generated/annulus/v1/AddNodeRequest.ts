// Original file: proto/annulus/v1/cluster.proto


export interface AddNodeRequest {
  'nodeId'?: (string);
  'address'?: (string);
  'zone'?: (string);
  'weight'?: (number | string);
  'memberOf'?: (string);
}

export interface AddNodeRequest__Output {
  'nodeId': (string);
  'address': (string);
  'zone': (string);
  'weight': (number);
  'memberOf': (string);
}
