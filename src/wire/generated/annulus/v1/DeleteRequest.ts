// Original file: proto/annulus/v1/annulus.proto

import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from '../../annulus/v1/Filter.js';
import type { Consistency as _annulus_v1_Consistency, Consistency__Output as _annulus_v1_Consistency__Output } from '../../annulus/v1/Consistency.js';

export interface DeleteRequest {
  'collection'?: (string);
  'ids'?: (string)[];
  'filter'?: (_annulus_v1_Filter | null);
  'consistency'?: (_annulus_v1_Consistency);
}

export interface DeleteRequest__Output {
  'collection': (string);
  'ids': (string)[];
  'filter': (_annulus_v1_Filter__Output | null);
  'consistency': (_annulus_v1_Consistency__Output);
}
