// Original file: proto/annulus/v1/common.proto

import type { FilterEquals as _annulus_v1_FilterEquals, FilterEquals__Output as _annulus_v1_FilterEquals__Output } from '../../annulus/v1/FilterEquals.js';
import type { FilterIn as _annulus_v1_FilterIn, FilterIn__Output as _annulus_v1_FilterIn__Output } from '../../annulus/v1/FilterIn.js';
import type { FilterRange as _annulus_v1_FilterRange, FilterRange__Output as _annulus_v1_FilterRange__Output } from '../../annulus/v1/FilterRange.js';
import type { FilterExists as _annulus_v1_FilterExists, FilterExists__Output as _annulus_v1_FilterExists__Output } from '../../annulus/v1/FilterExists.js';
import type { FilterList as _annulus_v1_FilterList, FilterList__Output as _annulus_v1_FilterList__Output } from '../../annulus/v1/FilterList.js';
import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from '../../annulus/v1/Filter.js';

export interface Filter {
  'eq'?: (_annulus_v1_FilterEquals | null);
  'in'?: (_annulus_v1_FilterIn | null);
  'range'?: (_annulus_v1_FilterRange | null);
  'exists'?: (_annulus_v1_FilterExists | null);
  'and'?: (_annulus_v1_FilterList | null);
  'or'?: (_annulus_v1_FilterList | null);
  'not'?: (_annulus_v1_Filter | null);
  'kind'?: "eq"|"in"|"range"|"exists"|"and"|"or"|"not";
}

export interface Filter__Output {
  'eq'?: (_annulus_v1_FilterEquals__Output | null);
  'in'?: (_annulus_v1_FilterIn__Output | null);
  'range'?: (_annulus_v1_FilterRange__Output | null);
  'exists'?: (_annulus_v1_FilterExists__Output | null);
  'and'?: (_annulus_v1_FilterList__Output | null);
  'or'?: (_annulus_v1_FilterList__Output | null);
  'not'?: (_annulus_v1_Filter__Output | null);
  'kind'?: "eq"|"in"|"range"|"exists"|"and"|"or"|"not";
}
