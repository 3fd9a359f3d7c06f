/**
 * Vectors on the wire and on disk: IEEE 754 binary32, little-endian, no header. On a little-endian
 * machine, which is every one that Node runs on today, packing is a copy or no work at all.
 */
import { invariant } from '../base/invariant.js';

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
invariant(littleEndian, 'Annulus needs a little-endian machine');

export const FLOAT_BYTES = 4;

/** The bytes of a vector, without copying: they change when the vector does. */
export function packVector(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/**
 * The vector in packed bytes, whose length must be a multiple of 4. It shares their memory where
 * alignment allows, and is a copy otherwise: treat it as read-only.
 */
export function unpackVector(bytes: Uint8Array): Float32Array {
  invariant(bytes.byteLength % FLOAT_BYTES === 0, `${bytes.byteLength} bytes are no vector`);
  if (bytes.byteOffset % FLOAT_BYTES === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / FLOAT_BYTES);
  }
  // Not `bytes.slice()`: a Buffer's shares its memory.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** Index of the first element that is NaN or infinite, or -1. */
export function firstNonFinite(vector: ArrayLike<number>): number {
  for (let i = 0; i < vector.length; i += 1) {
    if (!Number.isFinite(vector[i])) return i;
  }
  return -1;
}
