// Original file: proto/annulus/v1/annulus.proto

import type { Document as _annulus_v1_Document, Document__Output as _annulus_v1_Document__Output } from '../../annulus/v1/Document.js';

export interface ListResponse {
  'documents'?: (_annulus_v1_Document)[];
  'nextPageToken'?: (string);
}

export interface ListResponse__Output {
  'documents': (_annulus_v1_Document__Output)[];
  'nextPageToken': (string);
}
