import type { Version } from '../../src/base/version.js';

/** The counters of a store, changed as a whole by every commit. */
export interface StoreState {
  readonly lastSeq: number;
  readonly highestVersion: Version;
  readonly documentCount: number;
  readonly tombstoneCount: number;
}

export const EMPTY_STATE: StoreState = {
  lastSeq: 0,
  highestVersion: 0n,
  documentCount: 0,
  tombstoneCount: 0,
};
