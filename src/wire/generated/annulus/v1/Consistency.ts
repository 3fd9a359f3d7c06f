// Original file: proto/annulus/v1/common.proto

export const Consistency = {
  CONSISTENCY_UNSPECIFIED: 'CONSISTENCY_UNSPECIFIED',
  CONSISTENCY_IN_SYNC: 'CONSISTENCY_IN_SYNC',
  CONSISTENCY_MAJORITY: 'CONSISTENCY_MAJORITY',
  CONSISTENCY_ONE: 'CONSISTENCY_ONE',
} as const;

export type Consistency =
  | 'CONSISTENCY_UNSPECIFIED'
  | 0
  | 'CONSISTENCY_IN_SYNC'
  | 1
  | 'CONSISTENCY_MAJORITY'
  | 2
  | 'CONSISTENCY_ONE'
  | 3

export type Consistency__Output = typeof Consistency[keyof typeof Consistency]
