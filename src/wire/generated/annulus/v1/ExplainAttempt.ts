// Original file: proto/annulus/v1/annulus.proto


export interface ExplainAttempt {
  'nodeId'?: (string);
  'partitions'?: (number)[];
  'outcome'?: (string);
  'policy'?: (string);
  'load'?: (number | string);
  'sentMs'?: (number | string);
  'tookMs'?: (number | string);
  'queueMs'?: (number | string);
  'serviceMs'?: (number | string);
  'cause'?: (string);
  'pickedFrom'?: (string);
  'candidates'?: (number);
  'answeredPartitions'?: (number)[];
  'wasLate'?: (boolean);
  'nodeLimit'?: (number);
}

export interface ExplainAttempt__Output {
  'nodeId': (string);
  'partitions': (number)[];
  'outcome': (string);
  'policy': (string);
  'load': (number);
  'sentMs': (number);
  'tookMs': (number);
  'queueMs': (number);
  'serviceMs': (number);
  'cause': (string);
  'pickedFrom': (string);
  'candidates': (number);
  'answeredPartitions': (number)[];
  'wasLate': (boolean);
  'nodeLimit': (number);
}
