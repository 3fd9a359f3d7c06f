/**
 * Vectors as they come in: one of two encodings, the collection's dimension, only finite elements of
 * bounded magnitude, and for cosine not all zero. The native index is not forgiving about any of it.
 */
import { invalidField } from '../../base/errors.js';
import type { Metric } from '../../base/metric.js';
import type { Vector__Output } from '../../wire/generated/annulus/v1/Vector.js';
import { FLOAT_BYTES, unpackVector } from '../../wire/vector-codec.js';
import { ELEMENT_MAGNITUDE_MAX } from '../limits.js';

export interface VectorShape {
  dimension: number;
  metric: Metric;
}

export function checkVector(
  field: string,
  vector: Vector__Output | null | undefined,
  shape: VectorShape,
): Float32Array {
  const elements = decode(field, vector, shape.dimension);
  let isZero = true;
  for (let i = 0; i < elements.length; i += 1) {
    const element = elements[i] as number;
    // The comparison is false for NaN as well.
    if (!(Math.abs(element) <= ELEMENT_MAGNITUDE_MAX)) {
      throw invalidField(`${field}[${i}]`, element, `finite, at most ${ELEMENT_MAGNITUDE_MAX}`);
    }
    if (element !== 0) isZero = false;
  }
  if (isZero && shape.metric === 'cosine') {
    throw invalidField(field, 'all zero', 'a vector with a direction, since the metric is cosine');
  }
  return elements;
}

function decode(
  field: string,
  vector: Vector__Output | null | undefined,
  dimension: number,
): Float32Array {
  const floats = ownField(vector, 'floats');
  const packed = ownField(vector, 'packed');
  if (floats !== undefined && packed !== undefined) {
    throw invalidField(field, 'floats and packed', 'exactly one of floats and packed');
  }
  if (packed !== undefined) {
    if (packed.byteLength % FLOAT_BYTES !== 0) {
      throw invalidField(`${field}.packed`, `${packed.byteLength} bytes`, 'a multiple of 4 bytes');
    }
    checkDimension(`${field}.packed`, packed.byteLength / FLOAT_BYTES, dimension);
    return unpackVector(packed);
  }
  if (floats === undefined) {
    throw invalidField(field, 'not set', 'exactly one of floats and packed');
  }
  checkDimension(`${field}.floats`, floats.values.length, dimension);
  return Float32Array.from(floats.values as number[]);
}

function checkDimension(field: string, actual: number, dimension: number): void {
  if (actual !== dimension) {
    throw invalidField(field, `${actual} elements`, `${dimension} elements, the collection's`);
  }
}

/** What was sent: decoded messages read as if fields that were not sent had their defaults. */
function ownField<K extends 'floats' | 'packed'>(
  vector: Vector__Output | null | undefined,
  name: K,
): NonNullable<Vector__Output[K]> | undefined {
  if (vector === null || vector === undefined || !Object.hasOwn(vector, name)) return undefined;
  return vector[name] ?? undefined;
}
