// Original file: proto/annulus/v1/annulus.proto

import type { Hit as _annulus_v1_Hit, Hit__Output as _annulus_v1_Hit__Output } from '../../annulus/v1/Hit.js';
import type { Coverage as _annulus_v1_Coverage, Coverage__Output as _annulus_v1_Coverage__Output } from '../../annulus/v1/Coverage.js';
import type { Explain as _annulus_v1_Explain, Explain__Output as _annulus_v1_Explain__Output } from '../../annulus/v1/Explain.js';
import type { Error as _annulus_v1_Error, Error__Output as _annulus_v1_Error__Output } from '../../annulus/v1/Error.js';

export interface SearchResponse {
  'hits'?: (_annulus_v1_Hit)[];
  'coverage'?: (_annulus_v1_Coverage | null);
  'explain'?: (_annulus_v1_Explain | null);
  'requestId'?: (string);
  'error'?: (_annulus_v1_Error | null);
}

export interface SearchResponse__Output {
  'hits': (_annulus_v1_Hit__Output)[];
  'coverage': (_annulus_v1_Coverage__Output | null);
  'explain': (_annulus_v1_Explain__Output | null);
  'requestId': (string);
  'error': (_annulus_v1_Error__Output | null);
}
