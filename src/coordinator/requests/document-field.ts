/** Documents as they come in, checked and encoded the way replicas keep them. */
import { AnnulusError, invalidField } from '../../base/errors.js';
import type { Document__Output } from '../../wire/generated/annulus/v1/Document.js';
import type { Value__Output } from '../../wire/generated/annulus/v1/Value.js';
import type { WriteOp } from '../../wire/link-messages.js';
import { encodeMetadata } from '../../wire/metadata-codec.js';
import { packVector } from '../../wire/vector-codec.js';
import type { RequestLimits } from '../limits.js';
import { checkDocumentId } from './fields.js';
import { checkVector, type VectorShape } from './vector-field.js';

const EMPTY = new Uint8Array(0);

/** Throws `INVALID_ARGUMENT` naming the field below `field`. */
export function checkDocument(
  field: string,
  document: Document__Output,
  shape: VectorShape,
  limits: RequestLimits,
): Extract<WriteOp, { kind: 'upsert' }> {
  const id = checkDocumentId(`${field}.id`, document.id, limits.idBytesMax);
  const vector = packVector(checkVector(`${field}.vector`, document.vector, shape));
  const text = Buffer.from(document.text, 'utf8');
  const metadata = checkMetadata(`${field}.metadata`, document.metadata, limits);
  const bytes = Buffer.byteLength(id) + vector.byteLength + text.byteLength + metadata.byteLength;
  if (bytes > limits.documentBytesMax) {
    throw invalidField(field, `${bytes} bytes`, `at most ${limits.documentBytesMax} bytes in all`);
  }
  return { kind: 'upsert', id, vector, text, metadata };
}

function checkMetadata(
  field: string,
  metadata: { [key: string]: Value__Output },
  limits: RequestLimits,
): Uint8Array {
  const keys = Object.keys(metadata);
  if (keys.length === 0) return EMPTY;
  if (keys.length > limits.metadataKeysMax) {
    throw invalidField(field, `${keys.length} keys`, `at most ${limits.metadataKeysMax} keys`);
  }
  for (const key of keys) {
    const bytes = Buffer.byteLength(key);
    if (bytes < 1 || bytes > limits.metadataKeyBytesMax) {
      throw invalidField(`${field} key`, key, `1..${limits.metadataKeyBytesMax} bytes`);
    }
    checkValue(`${field}[${JSON.stringify(key)}]`, metadata[key]);
  }
  return encodeMetadata(metadata);
}

function checkValue(field: string, value: Value__Output | undefined): void {
  const kinds = 'exactly one of string_value, number_value, bool_value and string_list';
  if (value?.kind === undefined) throw invalidField(field, 'not set', kinds);
  if (value.kind === 'numberValue' && !Number.isFinite(value.numberValue)) {
    throw invalidField(`${field}.number_value`, value.numberValue, 'a finite number');
  }
}

/** Refuses a batch with no or too many items. */
export function checkBatchCount(field: string, count: number, countMax: number): void {
  if (count < 1) throw invalidField(field, `${count} items`, `1..${countMax} items`);
  if (count > countMax) throw batchTooLarge(field, `${count} items`, `${countMax} items`);
}

export function batchTooLarge(field: string, value: string, limit: string): AnnulusError {
  return new AnnulusError(
    'INVALID_ARGUMENT',
    'BATCH_TOO_LARGE',
    `${field} has ${value}; at most ${limit} are allowed in one request`,
    { metadata: { field, value, allowed: limit } },
  );
}
