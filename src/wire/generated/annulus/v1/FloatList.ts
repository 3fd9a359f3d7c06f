// Original file: proto/annulus/v1/common.proto


export interface FloatList {
  'values'?: (number | string)[];
}

export interface FloatList__Output {
  'values': (number)[];
}
