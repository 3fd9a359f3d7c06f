/**
 * Bytes of every key and small value in a partition's LMDB environment. Keys are big-endian, so that
 * byte order is the order we want; `sum` is xxHash64 over the key and the rest of the value, so that
 * a value is never believed under another key. Rows have a file of their own, `row-codec.ts`.
 *
 *   database    key                          value
 *   rows        seq u64                      row (see row-codec.ts)
 *   ids         id, 1..512 bytes of UTF-8    sum u64 | kind u8 | version 10 | seq u64
 *   tombstones  version 10 | id              (empty)         finds old tombstones
 *   garbage     seq u64                      (empty)         superseded rows, to be removed
 *   meta        'identity'                   sum u64 | JSON {format, collection, partition, dimension}
 *   meta        'state'                      sum u64 | lastSeq u64 | documentCount u64 |
 *                                            tombstoneCount u64 | highestVersion 10
 *   meta        'digest' | chunk u8          sum u64 | 64 buckets u64; 16 chunks, absent while zero
 */
import { DIGEST_BUCKET_COUNT, hash64Bytes } from '../../src/base/hash64.js';
import { readVersion, VERSION_BYTES, type Version, writeVersion } from '../../src/base/version.js';
import type { IdRecord } from './id-record.js';
import type { StoreState } from './store-state.js';
import type { TakeBytes } from './value-slab.js';

/** Bumped with every incompatible change of the bytes. */
export const STORE_FORMAT = 1;
/** Longest document id, in bytes of UTF-8. */
export const ID_BYTES_MAX = 512;
const DIGEST_CHUNK_BUCKETS = 64;
export const DIGEST_CHUNK_COUNT = DIGEST_BUCKET_COUNT / DIGEST_CHUNK_BUCKETS;

const SUM_BYTES = 8;
const KIND_ROW = 1;
const KIND_TOMBSTONE = 2;
const ID_RECORD_BYTES = SUM_BYTES + 1 + VERSION_BYTES + 8;
const STATE_BYTES = SUM_BYTES + 3 * 8 + VERSION_BYTES;

export const IDENTITY_KEY = Buffer.from('identity');
export const STATE_KEY = Buffer.from('state');
const DIGEST_KEY_PREFIX = Buffer.from('digest');

export function digestChunkOf(bucket: number): number {
  return Math.floor(bucket / DIGEST_CHUNK_BUCKETS);
}

export function digestChunkKey(chunk: number): Buffer {
  return Buffer.concat([DIGEST_KEY_PREFIX, Buffer.of(chunk)]);
}

/** What a store is for: another store's files must never be taken for it. */
export interface StoreIdentity {
  format: number;
  collection: string;
  partition: number;
  dimension: number;
}

export function encodeSeq(seq: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeSeq(key, seq);
  return key;
}

/** Makes the 8 bytes the key of that row. */
export function writeSeq(key: Buffer, seq: number): void {
  key.writeUInt32BE(Math.floor(seq / 2 ** 32), 0);
  key.writeUInt32BE(seq % 2 ** 32, 4);
}

export function decodeSeq(key: Uint8Array): number | undefined {
  return key.byteLength === 8 ? Number(viewOf(key).getBigUint64(0)) : undefined;
}

export function encodeId(id: string): Buffer {
  return Buffer.from(id, 'utf8');
}

export function decodeId(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8');
}

export function encodeTombstoneKey(version: Version, id: string): Buffer {
  const key = Buffer.alloc(VERSION_BYTES + Buffer.byteLength(id));
  writeVersion(viewOf(key), 0, version);
  key.write(id, VERSION_BYTES, 'utf8');
  return key;
}

export function decodeTombstoneKey(
  key: Uint8Array,
): { version: Version; idKey: Uint8Array } | undefined {
  if (key.byteLength <= VERSION_BYTES) return undefined;
  return { version: readVersion(viewOf(key), 0), idKey: key.subarray(VERSION_BYTES) };
}

/** `take` gives the memory for it. */
export function encodeIdRecord(
  key: Uint8Array,
  record: IdRecord,
  take: TakeBytes = Buffer.alloc,
): Buffer {
  const value = take(ID_RECORD_BYTES);
  const view = viewOf(value);
  view.setUint8(SUM_BYTES, record.kind === 'row' ? KIND_ROW : KIND_TOMBSTONE);
  writeVersion(view, SUM_BYTES + 1, record.version);
  view.setBigUint64(SUM_BYTES + 1 + VERSION_BYTES, BigInt(record.seq));
  return seal(key, value);
}

/** Undefined: not what was written under this key. */
export function decodeIdRecord(key: Uint8Array, value: Uint8Array): IdRecord | undefined {
  if (value.byteLength !== ID_RECORD_BYTES || !isSealed(key, value)) return undefined;
  const view = viewOf(value);
  return {
    kind: view.getUint8(SUM_BYTES) === KIND_ROW ? 'row' : 'tombstone',
    version: readVersion(view, SUM_BYTES + 1),
    seq: Number(view.getBigUint64(SUM_BYTES + 1 + VERSION_BYTES)),
  };
}

export function encodeState(state: StoreState): Buffer {
  const value = Buffer.alloc(STATE_BYTES);
  const view = viewOf(value);
  view.setBigUint64(SUM_BYTES, BigInt(state.lastSeq));
  view.setBigUint64(SUM_BYTES + 8, BigInt(state.documentCount));
  view.setBigUint64(SUM_BYTES + 16, BigInt(state.tombstoneCount));
  writeVersion(view, SUM_BYTES + 24, state.highestVersion);
  return seal(STATE_KEY, value);
}

/** Undefined: not what was written. */
export function decodeState(value: Uint8Array): StoreState | undefined {
  if (value.byteLength !== STATE_BYTES || !isSealed(STATE_KEY, value)) return undefined;
  const view = viewOf(value);
  return {
    lastSeq: Number(view.getBigUint64(SUM_BYTES)),
    documentCount: Number(view.getBigUint64(SUM_BYTES + 8)),
    tombstoneCount: Number(view.getBigUint64(SUM_BYTES + 16)),
    highestVersion: readVersion(view, SUM_BYTES + 24),
  };
}

export function encodeIdentity(identity: StoreIdentity): Buffer {
  const json = Buffer.from(JSON.stringify(identity));
  return seal(IDENTITY_KEY, Buffer.concat([Buffer.alloc(SUM_BYTES), json]));
}

/** Undefined: not what was written. */
export function decodeIdentity(value: Uint8Array): StoreIdentity | undefined {
  if (value.byteLength <= SUM_BYTES || !isSealed(IDENTITY_KEY, value)) return undefined;
  return JSON.parse(decodeId(value.subarray(SUM_BYTES))) as StoreIdentity;
}

export function encodeDigestChunk(digest: BigUint64Array, chunk: number): Buffer {
  const value = Buffer.alloc(SUM_BYTES + 8 * DIGEST_CHUNK_BUCKETS);
  for (let i = 0; i < DIGEST_CHUNK_BUCKETS; i += 1) {
    const bucket = digest[chunk * DIGEST_CHUNK_BUCKETS + i] as bigint;
    value.writeBigUInt64BE(bucket, SUM_BYTES + 8 * i);
  }
  return seal(digestChunkKey(chunk), value);
}

/** Reads a chunk's buckets into the digest. False: not what was written. */
export function decodeDigestChunk(
  value: Uint8Array,
  chunk: number,
  digest: BigUint64Array,
): boolean {
  const length = SUM_BYTES + 8 * DIGEST_CHUNK_BUCKETS;
  if (value.byteLength !== length || !isSealed(digestChunkKey(chunk), value)) return false;
  const view = viewOf(value);
  for (let i = 0; i < DIGEST_CHUNK_BUCKETS; i += 1) {
    digest[chunk * DIGEST_CHUNK_BUCKETS + i] = view.getBigUint64(SUM_BYTES + 8 * i);
  }
  return true;
}

const scratch = Buffer.alloc(4096);

function sumOf(key: Uint8Array, value: Uint8Array): bigint {
  const body = value.subarray(SUM_BYTES);
  const length = key.byteLength + body.byteLength;
  const bytes = length <= scratch.byteLength ? scratch.subarray(0, length) : Buffer.alloc(length);
  bytes.set(key);
  bytes.set(body, key.byteLength);
  return hash64Bytes(bytes);
}

function seal(key: Uint8Array, value: Buffer): Buffer {
  viewOf(value).setBigUint64(0, sumOf(key, value));
  return value;
}

function isSealed(key: Uint8Array, value: Uint8Array): boolean {
  return viewOf(value).getBigUint64(0) === sumOf(key, value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
