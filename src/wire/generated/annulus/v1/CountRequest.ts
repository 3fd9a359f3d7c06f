// Original file: proto/annulus/v1/annulus.proto

import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from '../../annulus/v1/Filter.js';

export interface CountRequest {
  'collection'?: (string);
  'filter'?: (_annulus_v1_Filter | null);
}

export interface CountRequest__Output {
  'collection': (string);
  'filter': (_annulus_v1_Filter__Output | null);
}
