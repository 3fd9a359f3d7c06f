// Original file: proto/annulus/v1/annulus.proto

import type { Document as _annulus_v1_Document, Document__Output as _annulus_v1_Document__Output } from '../../annulus/v1/Document.js';

export interface GetResponse {
  'documents'?: (_annulus_v1_Document)[];
  'missingIds'?: (string)[];
}

export interface GetResponse__Output {
  'documents': (_annulus_v1_Document__Output)[];
  'missingIds': (string)[];
}
