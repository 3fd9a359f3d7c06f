// Original file: proto/annulus/v1/annulus.proto

import type { SearchResponse as _annulus_v1_SearchResponse, SearchResponse__Output as _annulus_v1_SearchResponse__Output } from '../../annulus/v1/SearchResponse.js';

export interface SearchBatchResponse {
  'responses'?: (_annulus_v1_SearchResponse)[];
}

export interface SearchBatchResponse__Output {
  'responses': (_annulus_v1_SearchResponse__Output)[];
}
