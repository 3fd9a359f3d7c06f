/**
 * The small pieces that the link's messages are made of. Whole numbers that may pass 32 bits travel
 * as f64. Readers check everything that the other side could get wrong and throw `MalformedBytes`;
 * they allocate no more than the bytes that are really there call for.
 */
import type { PartStatus } from '../base/errors.js';
import { type CollectionId, collectionId } from '../base/ids.js';
import { type ByteReader, type ByteWriter, MalformedBytes } from './bytes.js';
import { FLOAT_BYTES } from './vector-codec.js';

/** Their order is their number on the wire: append only. */
const PART_STATUSES: readonly PartStatus[] = [
  'ok',
  'timed_out',
  'unavailable',
  'rejected',
  'cancelled',
  'corrupt',
  'missing',
  'stale_generation',
  'too_large',
  'unknown_generation',
  'storage_full',
];
const statusNumbers = new Map(PART_STATUSES.map((status, index) => [status, index]));

export function writeStatus(writer: ByteWriter, status: PartStatus): void {
  writer.u8(statusNumbers.get(status) as number);
}

export function readStatus(reader: ByteReader): PartStatus {
  const status = PART_STATUSES[reader.u8()];
  if (status === undefined) throw new MalformedBytes('unknown status');
  return status;
}

/** A whole number, 0 .. 2^53 - 1. */
export function readWhole(reader: ByteReader): number {
  const value = reader.f64();
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new MalformedBytes(`${value} is no whole number`);
  }
  return value + 0; // -0 becomes 0
}

/** A duration in milliseconds. */
export function readMs(reader: ByteReader): number {
  const value = reader.f32();
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new MalformedBytes(`${value} is no duration`);
  }
  return value;
}

/** One byte of flags, of which only those in `known` may be set. */
export function readFlags(reader: ByteReader, known: number): number {
  const flags = reader.u8();
  if ((flags & ~known) !== 0) throw new MalformedBytes(`unknown flags ${flags}`);
  return flags;
}

/** Packed float32: a whole number of elements. */
export function readPackedVector(reader: ByteReader): Buffer {
  const bytes = reader.blob();
  if (bytes.byteLength % FLOAT_BYTES !== 0) {
    throw new MalformedBytes(`${bytes.byteLength} bytes are no vector`);
  }
  return bytes;
}

export function readCollection(reader: ByteReader): CollectionId {
  return collectionId(reader.shortString());
}

export function writeList<T>(
  writer: ByteWriter,
  elements: readonly T[],
  write: (writer: ByteWriter, element: T) => void,
): void {
  writer.u32(elements.length);
  for (const element of elements) write(writer, element);
}

/** `elementBytesMin`: fewer bytes than one element can take. Stops a false count before the loop. */
export function readList<T>(
  reader: ByteReader,
  elementBytesMin: number,
  read: (reader: ByteReader) => T,
): T[] {
  const count = reader.u32();
  if (count * elementBytesMin > reader.remaining) {
    throw new MalformedBytes(`${count} elements in ${reader.remaining} bytes`);
  }
  const elements: T[] = [];
  for (let i = 0; i < count; i += 1) elements.push(read(reader));
  return elements;
}

const DETAIL_LENGTH_MAX = 1000;

/** Text for people; what is beyond 1,000 characters is cut off. */
export function writeDetail(writer: ByteWriter, detail: string): void {
  writer.shortString(detail.slice(0, DETAIL_LENGTH_MAX));
}
