/** Little cursors over bytes, for the layouts that are packed by hand. All integers little-endian. */
import { invariant } from '../base/invariant.js';
import { readVersion, VERSION_BYTES, type Version, writeVersion } from '../base/version.js';

const MIN_CAPACITY_BYTES = 256;

/** Appends to a buffer that grows. */
export class ByteWriter {
  #buffer: Buffer;
  #view: DataView;
  #length = 0;

  constructor(capacityBytes: number = MIN_CAPACITY_BYTES) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes);
    this.#view = viewOf(this.#buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const offset = this.#reserve(1);
    this.#view.setUint8(offset, value);
  }

  u16(value: number): void {
    const offset = this.#reserve(2);
    this.#view.setUint16(offset, value, true);
  }

  u32(value: number): void {
    const offset = this.#reserve(4);
    this.#view.setUint32(offset, value, true);
  }

  f32(value: number): void {
    const offset = this.#reserve(4);
    this.#view.setFloat32(offset, value, true);
  }

  /** Also for whole numbers up to 2^53. */
  f64(value: number): void {
    const offset = this.#reserve(8);
    this.#view.setFloat64(offset, value, true);
  }

  u64(value: bigint): void {
    const offset = this.#reserve(8);
    this.#view.setBigUint64(offset, value, true);
  }

  version(value: Version): void {
    const offset = this.#reserve(VERSION_BYTES);
    writeVersion(this.#view, offset, value);
  }

  /** A whole number, 0 .. 2^53, as protobuf writes it: 7 bits a byte, the lowest first. */
  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.u8((rest % 128) | 0x80);
    this.u8(rest);
  }

  /** Text whose length in UTF-8 is known. */
  utf8(text: string, byteCount: number): void {
    const offset = this.#reserve(byteCount);
    this.#buffer.write(text, offset, 'utf8');
  }

  /** UTF-8, after its length in bytes (u16). */
  shortString(text: string): void {
    const byteCount = Buffer.byteLength(text);
    invariant(byteCount <= 0xffff, `${byteCount} bytes are no short string`);
    this.u16(byteCount);
    this.utf8(text, byteCount);
  }

  /** Bytes, after their length (u32). */
  blob(bytes: Uint8Array): void {
    this.u32(bytes.byteLength);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    const offset = this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, offset);
  }

  /** Overwrites a u32 that was written before. */
  patchU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  /** What was written, without copying; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Before `#view` or `#buffer` is read: growing replaces both. */
  #reserve(byteCount: number): number {
    const offset = this.#length;
    const needed = offset + byteCount;
    if (needed > this.#buffer.byteLength) this.#grow(needed);
    this.#length = needed;
    return offset;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.byteLength * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
    this.#view = viewOf(grown);
  }
}

/** Thrown when bytes from elsewhere are not what they claim to be. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

/** Reads what {@link ByteWriter} wrote. Blobs share the memory of the bytes they are read from. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = viewOf(this.#bytes);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.byteLength - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  version(): Version {
    return readVersion(this.#view, this.#take(VERSION_BYTES));
  }

  shortString(): string {
    const byteCount = this.u16();
    const offset = this.#take(byteCount);
    return this.#bytes.toString('utf8', offset, offset + byteCount);
  }

  blob(): Buffer {
    return this.raw(this.u32());
  }

  raw(byteCount: number): Buffer {
    const offset = this.#take(byteCount);
    return this.#bytes.subarray(offset, offset + byteCount);
  }

  #take(byteCount: number): number {
    const offset = this.#offset;
    if (offset + byteCount > this.#bytes.byteLength) {
      throw new MalformedBytes(`${byteCount} bytes wanted at ${offset}, ${this.remaining} left`);
    }
    this.#offset = offset + byteCount;
    return offset;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
