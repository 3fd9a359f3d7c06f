import type { Version } from '../../src/base/version.js';
import type { StoreEntry } from './partition-store.js';

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

/** By id. */
export type RecordChanges = ReadonlyMap<string, RecordChange>;

export function entryOf(id: string, { kind, version }: IdRecord): StoreEntry {
  return { id, kind: kind === 'row' ? 'document' : 'tombstone', version };
}
