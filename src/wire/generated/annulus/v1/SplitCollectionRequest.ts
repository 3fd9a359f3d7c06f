// Original file: proto/annulus/v1/cluster.proto


export interface SplitCollectionRequest {
  'collection'?: (string);
  'partitions'?: (number);
  'dryRun'?: (boolean);
  'cancel'?: (boolean);
}

export interface SplitCollectionRequest__Output {
  'collection': (string);
  'partitions': (number);
  'dryRun': (boolean);
  'cancel': (boolean);
}
