/**
 * Bytes of a row. The checksum, xxHash64, covers everything after it, the sequence number included:
 * a row read under another row's key is caught like a flipped bit.
 *
 *   0   sum u64 | seq u64 | version 10 | id length u16 | text length u32 | metadata length u32
 *   36  vector, packed float32: at a multiple of 4, so that it is read without a copy
 *       id (UTF-8) | text (UTF-8) | metadata
 */
import { hash64Bytes } from '../../src/base/hash64.js';
import { readVersion, VERSION_BYTES, writeVersion } from '../../src/base/version.js';
import { FLOAT_BYTES, packVector, unpackVector } from '../../src/wire/vector-codec.js';
import type { Row } from './partition-store.js';

const SUM_BYTES = 8;
const VERSION_AT = SUM_BYTES + 8;
const ID_LENGTH_AT = VERSION_AT + VERSION_BYTES;
const TEXT_LENGTH_AT = ID_LENGTH_AT + 2;
const METADATA_LENGTH_AT = TEXT_LENGTH_AT + 4;
/** Bytes of a row before its vector. */
export const ROW_HEADER_BYTES = METADATA_LENGTH_AT + 4;

export function encodeRow(row: Row): Buffer {
  const vector = packVector(row.vector);
  const idBytes = Buffer.byteLength(row.id);
  const idAt = ROW_HEADER_BYTES + vector.byteLength;
  const textAt = idAt + idBytes;
  const metadataAt = textAt + row.text.byteLength;
  const value = Buffer.allocUnsafeSlow(metadataAt + row.metadata.byteLength);
  const view = viewOf(value);
  view.setBigUint64(SUM_BYTES, BigInt(row.seq));
  writeVersion(view, VERSION_AT, row.version);
  view.setUint16(ID_LENGTH_AT, idBytes);
  view.setUint32(TEXT_LENGTH_AT, row.text.byteLength);
  view.setUint32(METADATA_LENGTH_AT, row.metadata.byteLength);
  value.set(vector, ROW_HEADER_BYTES);
  value.write(row.id, idAt, 'utf8');
  value.set(row.text, textAt);
  value.set(row.metadata, metadataAt);
  view.setBigUint64(0, hash64Bytes(value.subarray(SUM_BYTES)));
  return value;
}

/**
 * The row, sharing the memory of its bytes, or undefined when they are not what was written as the
 * row of this sequence number with this many dimensions.
 */
export function decodeRow(seq: number, dimension: number, value: Uint8Array): Row | undefined {
  if (value.byteLength < ROW_HEADER_BYTES) return undefined;
  const view = viewOf(value);
  if (view.getBigUint64(0) !== hash64Bytes(value.subarray(SUM_BYTES))) return undefined;
  if (view.getBigUint64(SUM_BYTES) !== BigInt(seq)) return undefined;
  const idAt = ROW_HEADER_BYTES + dimension * FLOAT_BYTES;
  const textAt = idAt + view.getUint16(ID_LENGTH_AT);
  const metadataAt = textAt + view.getUint32(TEXT_LENGTH_AT);
  const end = metadataAt + view.getUint32(METADATA_LENGTH_AT);
  if (end !== value.byteLength) return undefined;
  return {
    seq,
    id: Buffer.from(value.buffer, value.byteOffset + idAt, textAt - idAt).toString('utf8'),
    version: readVersion(view, VERSION_AT),
    vector: unpackVector(value.subarray(ROW_HEADER_BYTES, idAt)),
    text: value.subarray(textAt, metadataAt),
    metadata: value.subarray(metadataAt, end),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
