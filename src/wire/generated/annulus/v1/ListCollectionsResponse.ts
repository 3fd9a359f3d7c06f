// Original file: proto/annulus/v1/annulus.proto

import type { CollectionInfo as _annulus_v1_CollectionInfo, CollectionInfo__Output as _annulus_v1_CollectionInfo__Output } from '../../annulus/v1/CollectionInfo.js';

export interface ListCollectionsResponse {
  'collections'?: (_annulus_v1_CollectionInfo)[];
}

export interface ListCollectionsResponse__Output {
  'collections': (_annulus_v1_CollectionInfo__Output)[];
}
