/**
 * Verifies a whole store when it is opened, before anything is answered from it:
 *   - every row and id record is what was written (checksums);
 *   - rows and id records are one to one, except for the rows listed as garbage;
 *   - tombstone records and the tombstone index are one to one;
 *   - digest and counters, computed anew, equal those that the last commit stored, so that a lost
 *     part of a tree is noticed too.
 * Work is a generator that yields after every few hundred entries: whoever runs it can let the event
 * loop breathe in between.
 */
import { type Version, versionWallMs } from '../../src/base/version.js';
import { emptyDigest, toggleInDigest } from './digest.js';
import type { IdRecord } from './id-record.js';
import {
  DIGEST_CHUNK_COUNT,
  decodeDigestChunk,
  decodeId,
  decodeIdentity,
  decodeIdRecord,
  decodeSeq,
  decodeState,
  decodeTombstoneKey,
  digestChunkKey,
  encodeId,
  IDENTITY_KEY,
  STATE_KEY,
  type StoreIdentity,
} from './key-layout.js';
import type { LmdbEnvironment } from './lmdb-environment.js';
import { StoreError } from './partition-store.js';
import { decodeRow } from './row-codec.js';
import type { StoreState } from './store-state.js';

const SLICE_ENTRIES = 256;

export interface VerifiedStore {
  state: StoreState;
  digest: BigUint64Array;
  /** Superseded rows that are still stored. */
  garbage: Set<number>;
}

/** What one pass over the store counted. */
interface Tally {
  digest: BigUint64Array;
  documentCount: number;
  tombstoneCount: number;
  highestVersion: Version;
  lastSeq: number;
}

/** The store's identity; throws when it is damaged or another one than expected. */
export function verifyIdentity(environment: LmdbEnvironment, expected: StoreIdentity): void {
  const value = environment.meta.getBinary(IDENTITY_KEY);
  const found = value === undefined ? undefined : decodeIdentity(value);
  if (found === undefined) throw corrupt('the identity record');
  for (const field of ['format', 'collection', 'partition', 'dimension'] as const) {
    if (found[field] !== expected[field]) {
      const says = `it says ${field} ${found[field]}, not ${expected[field]}`;
      throw new StoreError('corrupt', `the directory holds another store: ${says}`);
    }
  }
}

/** Throws a {@link StoreError} `corrupt` that names the first damaged entry. */
export function* verifyStore(
  environment: LmdbEnvironment,
  dimension: number,
): Generator<void, VerifiedStore> {
  const state = readState(environment);
  const stored = readDigest(environment);
  const garbage = new Set<number>();
  for (const { key } of entriesOf(environment.garbage)) {
    const seq = decodeSeq(key);
    if (seq === undefined) throw corrupt('a key of the garbage list');
    garbage.add(seq);
  }
  const tally: Tally = {
    digest: emptyDigest(),
    documentCount: 0,
    tombstoneCount: 0,
    highestVersion: 0n,
    lastSeq: 0,
  };
  const rowCount = yield* verifyRows(environment, dimension, garbage, tally);
  yield* verifyIds(environment, tally);
  yield* verifyTombstones(environment, tally.tombstoneCount);
  expectEqual('rows without an id', rowCount, tally.documentCount);
  expectEqual('the document count', state.documentCount, tally.documentCount);
  expectEqual('the tombstone count', state.tombstoneCount, tally.tombstoneCount);
  if (tally.lastSeq > state.lastSeq) throw corrupt('the last sequence number');
  if (tally.highestVersion > state.highestVersion) throw corrupt('the highest version');
  const bucket = stored.findIndex((value, index) => value !== tally.digest[index]);
  if (bucket >= 0) throw corrupt(`bucket ${bucket} of the digest`);
  return { state, digest: stored, garbage };
}

/** Every stored row: is it whole, and is it the current one of its id, or garbage? */
function* verifyRows(
  environment: LmdbEnvironment,
  dimension: number,
  garbage: ReadonlySet<number>,
  tally: Tally,
): Generator<void, number> {
  let currentCount = 0;
  for (const { key, value, isSliceEnd } of entriesOf(environment.rows)) {
    if (isSliceEnd) yield;
    const seq = decodeSeq(key);
    const row = seq === undefined ? undefined : decodeRow(seq, dimension, value);
    if (seq === undefined || row === undefined) throw corrupt(`row ${seq ?? 'without number'}`);
    tally.lastSeq = Math.max(tally.lastSeq, seq);
    const record = readRecord(environment, encodeId(row.id));
    const isCurrent = record?.kind === 'row' && record.seq === seq;
    if (isCurrent === garbage.has(seq)) throw corrupt(`row ${seq}: its id does not agree`);
    if (!isCurrent) continue;
    if (record.version !== row.version) throw corrupt(`row ${seq}: its version does not agree`);
    currentCount += 1;
  }
  return currentCount;
}

function* verifyIds(environment: LmdbEnvironment, tally: Tally): Generator<void> {
  for (const { key, value, isSliceEnd } of entriesOf(environment.ids)) {
    if (isSliceEnd) yield;
    const record = decodeIdRecord(key, value);
    const id = decodeId(key);
    if (record === undefined) throw corrupt(`the record of document ${JSON.stringify(id)}`);
    toggleInDigest(tally.digest, id, record);
    if (record.kind === 'row') tally.documentCount += 1;
    else tally.tombstoneCount += 1;
    if (record.version > tally.highestVersion) tally.highestVersion = record.version;
  }
}

function* verifyTombstones(environment: LmdbEnvironment, expected: number): Generator<void> {
  let count = 0;
  for (const { key, isSliceEnd } of entriesOf(environment.tombstones)) {
    if (isSliceEnd) yield;
    const tombstone = decodeTombstoneKey(key);
    const record = tombstone && readRecord(environment, tombstone.idKey);
    if (record?.kind !== 'tombstone' || record.version !== tombstone?.version) {
      const wallMs = tombstone === undefined ? 'no time' : versionWallMs(tombstone.version);
      throw corrupt(`the tombstone index at ${wallMs}`);
    }
    count += 1;
  }
  expectEqual('the tombstone index', count, expected);
}

/** All entries in key order. A slice is read at once; no read transaction outlives it. */
function* entriesOf(
  database: LmdbEnvironment['rows'],
): Generator<{ key: Uint8Array; value: Uint8Array; isSliceEnd: boolean }> {
  let start: Uint8Array = Buffer.of(0);
  let isFirst = true;
  while (true) {
    const slice = Array.from(
      database.getRange({ start, limit: SLICE_ENTRIES, exclusiveStart: !isFirst }),
    );
    for (const [index, { key, value }] of slice.entries()) {
      yield { key, value, isSliceEnd: index === slice.length - 1 };
    }
    const last = slice.at(-1);
    if (last === undefined || slice.length < SLICE_ENTRIES) return;
    start = last.key;
    isFirst = false;
  }
}

function readRecord(environment: LmdbEnvironment, key: Uint8Array): IdRecord | undefined {
  const value = environment.ids.getBinary(key);
  if (value === undefined) return undefined;
  const record = decodeIdRecord(key, value);
  if (record === undefined) {
    throw corrupt(`the record of document ${JSON.stringify(decodeId(key))}`);
  }
  return record;
}

function readState(environment: LmdbEnvironment): StoreState {
  const value = environment.meta.getBinary(STATE_KEY);
  const state = value === undefined ? undefined : decodeState(value);
  if (state === undefined) throw corrupt('the state record');
  return state;
}

function readDigest(environment: LmdbEnvironment): BigUint64Array {
  const digest = emptyDigest();
  for (let chunk = 0; chunk < DIGEST_CHUNK_COUNT; chunk += 1) {
    const value = environment.meta.getBinary(digestChunkKey(chunk));
    if (value !== undefined && !decodeDigestChunk(value, chunk, digest)) {
      throw corrupt(`chunk ${chunk} of the digest`);
    }
  }
  return digest;
}

function expectEqual(what: string, stored: number, counted: number): void {
  if (stored !== counted) throw corrupt(`${what}: ${stored} stored, ${counted} counted`);
}

function corrupt(what: string): StoreError {
  return new StoreError('corrupt', `damaged store: ${what}`);
}
