// Original file: proto/annulus/v1/shard.proto


export interface HelloRequest {
  'protocol'?: (number);
  'clusterId'?: (string);
  'nodeId'?: (string);
}

export interface HelloRequest__Output {
  'protocol': (number);
  'clusterId': (string);
  'nodeId': (string);
}
