// Original file: proto/annulus/v1/shard.proto


export interface HelloResponse {
  'protocol'?: (number);
  'nodeId'?: (string);
  'incarnation'?: (string);
}

export interface HelloResponse__Output {
  'protocol': (number);
  'nodeId': (string);
  'incarnation': (string);
}
