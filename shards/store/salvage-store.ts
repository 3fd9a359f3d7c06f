/**
 * What can still be read of a damaged store, as a store of its own: each document and tombstone whose
 * record and row are what was written. Older rows are left alone: one whose successor is damaged may
 * have been deleted since. Where the pages themselves are damaged nothing is read, since the native
 * code would follow them anywhere.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkPages } from '../../src/base/lmdb-page-check.js';
import { packVector } from '../../src/wire/vector-codec.js';
import type { IdRecord } from './id-record.js';
import { decodeId, decodeIdRecord, encodeSeq, STORE_FORMAT } from './key-layout.js';
import {
  closeEnvironment,
  DATA_FILE,
  type LmdbEnvironment,
  openEnvironment,
  readingOf,
} from './lmdb-environment.js';
import { verifyIdentity } from './lmdb-verify.js';
import {
  damageAsCorrupt,
  type OpenStoreOptions,
  openPartitionStore,
  runInSlices,
} from './open-store.js';
import { type AbsorbedEntry, type PartitionStore, StoreError } from './partition-store.js';
import { decodeRow } from './row-codec.js';

export interface Salvaged {
  /** Documents and tombstones. */
  keptCount: number;
  /** As far as they can be told apart. */
  lostCount: number;
}

/**
 * Makes the store of `to`, where there is none yet, from the one of the same replica in `from`.
 * Resolves to undefined when nothing can be made of that, and nothing is at `to` then. Rejects with a
 * {@link StoreError} when the storage fails.
 */
export async function salvageStore(
  from: string,
  to: OpenStoreOptions,
): Promise<Salvaged | undefined> {
  const { collection, partition, dimension, clock } = to;
  const identity = { format: STORE_FORMAT, collection, partition, dimension };
  const file = join(from, DATA_FILE);
  if (!existsSync(file)) return undefined;
  try {
    await runInSlices(clock, checkPages(file), damageAsCorrupt);
    const environment = openEnvironment(from);
    try {
      readingOf(from, 'the identity record', () => verifyIdentity(environment, identity));
      const store = await openPartitionStore({ ...to, create: true });
      try {
        return await copyReadable(environment, dimension, store);
      } finally {
        await store.close();
      }
    } finally {
      await closeEnvironment(environment, from);
    }
  } catch (error) {
    if (error instanceof StoreError && error.failure === 'corrupt') return undefined;
    throw error;
  }
}

const SLICE_ENTRIES = 256;

/** In slices, each of which begins after the last key that is surely one. */
async function copyReadable(
  environment: LmdbEnvironment,
  dimension: number,
  store: PartitionStore,
): Promise<Salvaged> {
  const salvaged: Salvaged = { keptCount: 0, lostCount: 0 };
  let start: Uint8Array = Buffer.of(0);
  for (let isLast = false; !isLast; ) {
    const slice = Array.from(environment.ids.getRange({ start, limit: SLICE_ENTRIES }));
    const entries: AbsorbedEntry[] = [];
    let lostCount = 0;
    let end: Uint8Array | undefined;
    for (const { key, value } of slice) {
      if (Buffer.compare(key, start) <= 0) continue;
      const record = decodeIdRecord(key, value);
      const entry = record && readableEntry(environment, dimension, decodeId(key), record);
      if (entry === undefined) lostCount += 1;
      else entries.push(entry);
      if (record !== undefined) end = key;
    }
    await store.absorb(entries);
    salvaged.keptCount += entries.length;
    salvaged.lostCount += lostCount;
    isLast = slice.length < SLICE_ENTRIES || end === undefined;
    start = end ?? start;
  }
  return salvaged;
}

function readableEntry(
  { rows }: LmdbEnvironment,
  dimension: number,
  id: string,
  { kind, version, seq }: IdRecord,
): AbsorbedEntry | undefined {
  if (kind === 'tombstone') return { kind: 'delete', id, version };
  const bytes = rows.getBinary(encodeSeq(seq));
  const row = bytes === undefined ? undefined : decodeRow(seq, dimension, bytes);
  if (row === undefined || row.id !== id || row.version !== version) return undefined;
  const { text, metadata } = row;
  return { kind: 'upsert', id, version, vector: packVector(row.vector), text, metadata };
}
