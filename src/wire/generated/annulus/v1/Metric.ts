// Original file: proto/annulus/v1/common.proto

export const Metric = {
  METRIC_UNSPECIFIED: 'METRIC_UNSPECIFIED',
  METRIC_COSINE: 'METRIC_COSINE',
  METRIC_DOT: 'METRIC_DOT',
  METRIC_L2: 'METRIC_L2',
} as const;

export type Metric =
  | 'METRIC_UNSPECIFIED'
  | 0
  | 'METRIC_COSINE'
  | 1
  | 'METRIC_DOT'
  | 2
  | 'METRIC_L2'
  | 3

export type Metric__Output = typeof Metric[keyof typeof Metric]
