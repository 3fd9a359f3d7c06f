/**
 * A document's metadata as replicas keep it: the bytes of a `StoredMetadata` message. The coordinator
 * makes them once; shard nodes hand them back without looking inside.
 */
import { MalformedBytes } from './bytes.js';
import type { StoredMetadata__Output } from './generated/annulus/v1/StoredMetadata.js';
import type { Value, Value__Output } from './generated/annulus/v1/Value.js';
import { annulusV1 } from './proto-package.js';

/** No entries are no bytes. */
export function encodeMetadata(entries: Record<string, Value>): Buffer {
  return annulusV1.StoredMetadata.serialize({ entries });
}

/** @throws MalformedBytes when the bytes are not what {@link encodeMetadata} makes. */
export function decodeMetadata(bytes: Uint8Array): Record<string, Value__Output> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return (annulusV1.StoredMetadata.deserialize(buffer) as StoredMetadata__Output).entries;
  } catch (cause) {
    throw new MalformedBytes('no metadata', { cause });
  }
}
