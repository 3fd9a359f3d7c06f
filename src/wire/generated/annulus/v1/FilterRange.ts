// Original file: proto/annulus/v1/common.proto


export interface FilterRange {
  'key'?: (string);
  'gt'?: (number | string);
  'gte'?: (number | string);
  'lt'?: (number | string);
  'lte'?: (number | string);
  '_gt'?: "gt";
  '_gte'?: "gte";
  '_lt'?: "lt";
  '_lte'?: "lte";
}

export interface FilterRange__Output {
  'key': (string);
  'gt'?: (number);
  'gte'?: (number);
  'lt'?: (number);
  'lte'?: (number);
  '_gt'?: "gt";
  '_gte'?: "gte";
  '_lt'?: "lt";
  '_lte'?: "lte";
}
