// Original file: proto/annulus/v1/annulus.proto

import type { SearchRequest as _annulus_v1_SearchRequest, SearchRequest__Output as _annulus_v1_SearchRequest__Output } from '../../annulus/v1/SearchRequest.js';

export interface SearchBatchRequest {
  'searches'?: (_annulus_v1_SearchRequest)[];
}

export interface SearchBatchRequest__Output {
  'searches': (_annulus_v1_SearchRequest__Output)[];
}
