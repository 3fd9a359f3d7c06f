// Original file: proto/annulus/v1/annulus.proto

import type { MissingPartition as _annulus_v1_MissingPartition, MissingPartition__Output as _annulus_v1_MissingPartition__Output } from '../../annulus/v1/MissingPartition.js';
import type { Long } from '@grpc/proto-loader';

export interface Coverage {
  'partitionsTotal'?: (number);
  'partitionsSearched'?: (number);
  'documentsTotal'?: (number | string | Long);
  'documentsSearched'?: (number | string | Long);
  'missing'?: (_annulus_v1_MissingPartition)[];
  'topologyStaleMs'?: (number);
}

export interface Coverage__Output {
  'partitionsTotal': (number);
  'partitionsSearched': (number);
  'documentsTotal': (string);
  'documentsSearched': (string);
  'missing': (_annulus_v1_MissingPartition__Output)[];
  'topologyStaleMs': (number);
}
