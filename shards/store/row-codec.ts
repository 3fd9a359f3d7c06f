/**
 * Bytes of a row. The checksum, xxHash64, covers everything after it, the sequence number included:
 * a row read under another row's key is caught like a flipped bit.
 *
 *   0   sum u64 | seq u64 | version 10 | id length u16 | text length u32 | metadata length u32
 *   36  vector, packed float32: at a multiple of 4, so that it is read without a copy
 *       id (UTF-8) | text (UTF-8) | metadata
 */
import { hash64Bytes } from '../../src/base/hash64.js';
import { readVersion, VERSION_BYTES, type Version, writeVersion } from '../../src/base/version.js';
import { FLOAT_BYTES, packVector, unpackVector } from '../../src/wire/vector-codec.js';
import type { Row } from './partition-store.js';
import type { TakeBytes } from './value-slab.js';

const SUM_BYTES = 8;
const VERSION_AT = SUM_BYTES + 8;
const ID_LENGTH_AT = VERSION_AT + VERSION_BYTES;
const TEXT_LENGTH_AT = ID_LENGTH_AT + 2;
const METADATA_LENGTH_AT = TEXT_LENGTH_AT + 4;
/** Bytes of a row before its vector. */
export const ROW_HEADER_BYTES = METADATA_LENGTH_AT + 4;

/** `take` gives the memory for it. */
export function encodeRow(row: Row, take: TakeBytes = Buffer.allocUnsafeSlow): Buffer {
  const vector = packVector(row.vector);
  const idBytes = Buffer.byteLength(row.id);
  const idAt = ROW_HEADER_BYTES + vector.byteLength;
  const textAt = idAt + idBytes;
  const metadataAt = textAt + row.text.byteLength;
  const value = take(metadataAt + row.metadata.byteLength);
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

/**
 * A row that is read where its bytes are, without an object for each part: most searches want no more
 * than the vector and the id of a hit. It shows one row after another, and what it shows of one is
 * overwritten by the next.
 */
export class RowReader implements Row {
  readonly #idAt: number;
  seq = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);
  #vector: Float32Array | undefined;
  #sharesVector = true;
  #textAt = 0;
  #metadataAt = 0;
  #end = 0;

  constructor(dimension: number) {
    this.#idAt = ROW_HEADER_BYTES + dimension * FLOAT_BYTES;
  }

  /** Shows the row in the first `length` bytes. False: as where {@link decodeRow} is undefined. */
  show(seq: number, bytes: Buffer, length: number): boolean {
    if (length < this.#idAt) return false;
    if (bytes !== this.#bytes || !this.#sharesVector) this.#turnTo(bytes);
    const view = this.#view;
    const body = new Uint8Array(bytes.buffer, bytes.byteOffset + SUM_BYTES, length - SUM_BYTES);
    if (view.getBigUint64(0) !== hash64Bytes(body)) return false;
    if (view.getUint32(SUM_BYTES) * 2 ** 32 + view.getUint32(SUM_BYTES + 4) !== seq) return false;
    this.seq = seq;
    this.#textAt = this.#idAt + view.getUint16(ID_LENGTH_AT);
    this.#metadataAt = this.#textAt + view.getUint32(TEXT_LENGTH_AT);
    this.#end = this.#metadataAt + view.getUint32(METADATA_LENGTH_AT);
    return this.#end === length;
  }

  get id(): string {
    return this.#bytes.toString('utf8', this.#idAt, this.#textAt);
  }

  get version(): Version {
    return readVersion(this.#view, VERSION_AT);
  }

  get vector(): Float32Array {
    this.#vector ??= unpackVector(this.#part(ROW_HEADER_BYTES, this.#idAt));
    return this.#vector;
  }

  get text(): Uint8Array {
    return this.#part(this.#textAt, this.#metadataAt);
  }

  get metadata(): Uint8Array {
    return this.#part(this.#metadataAt, this.#end);
  }

  /** Views of memory that is used again and again are made once. */
  #turnTo(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#vector = undefined;
    this.#sharesVector = bytes.byteOffset % FLOAT_BYTES === 0;
  }

  #part(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + from, to - from);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
