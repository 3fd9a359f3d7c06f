// Original file: proto/annulus/v1/annulus.proto

import type { Document as _annulus_v1_Document, Document__Output as _annulus_v1_Document__Output } from '../../annulus/v1/Document.js';
import type { Consistency as _annulus_v1_Consistency, Consistency__Output as _annulus_v1_Consistency__Output } from '../../annulus/v1/Consistency.js';

export interface UpsertRequest {
  'collection'?: (string);
  'documents'?: (_annulus_v1_Document)[];
  'consistency'?: (_annulus_v1_Consistency);
}

export interface UpsertRequest__Output {
  'collection': (string);
  'documents': (_annulus_v1_Document__Output)[];
  'consistency': (_annulus_v1_Consistency__Output);
}
