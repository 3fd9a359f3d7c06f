import type { Version } from '../../src/base/version.js';

/** What a store knows of a document id: its current row, or that and when it was deleted. */
export interface IdRecord {
  kind: 'row' | 'tombstone';
  version: Version;
  /** The current row; 0 for a tombstone. */
  seq: number;
}

export interface RecordChange {
  before: IdRecord | undefined;
  /** Undefined: the id is forgotten. */
  after: IdRecord | undefined;
}
