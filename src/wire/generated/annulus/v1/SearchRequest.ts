// Original file: proto/annulus/v1/annulus.proto

import type { Vector as _annulus_v1_Vector, Vector__Output as _annulus_v1_Vector__Output } from '../../annulus/v1/Vector.js';
import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from '../../annulus/v1/Filter.js';

export interface SearchRequest {
  'collection'?: (string);
  'vector'?: (_annulus_v1_Vector | null);
  'topK'?: (number);
  'efSearch'?: (number);
  'exact'?: (boolean);
  'filter'?: (_annulus_v1_Filter | null);
  'includeVector'?: (boolean);
  'includeText'?: (boolean);
  'includeMetadata'?: (boolean);
  'minCoverageRatio'?: (number | string);
  'routingKey'?: (string);
  'balancingPolicy'?: (string);
  'explain'?: (boolean);
  'requestId'?: (string);
  'timeoutMs'?: (number);
  '_minCoverageRatio'?: "minCoverageRatio";
}

export interface SearchRequest__Output {
  'collection': (string);
  'vector': (_annulus_v1_Vector__Output | null);
  'topK': (number);
  'efSearch': (number);
  'exact': (boolean);
  'filter': (_annulus_v1_Filter__Output | null);
  'includeVector': (boolean);
  'includeText': (boolean);
  'includeMetadata': (boolean);
  'minCoverageRatio'?: (number);
  'routingKey': (string);
  'balancingPolicy': (string);
  'explain': (boolean);
  'requestId': (string);
  'timeoutMs': (number);
  '_minCoverageRatio'?: "minCoverageRatio";
}
