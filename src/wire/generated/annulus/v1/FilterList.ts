// Original file: proto/annulus/v1/common.proto

import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from '../../annulus/v1/Filter.js';

export interface FilterList {
  'filters'?: (_annulus_v1_Filter)[];
}

export interface FilterList__Output {
  'filters': (_annulus_v1_Filter__Output)[];
}
