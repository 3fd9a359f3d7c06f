/**
 * `hash64`: xxHash64 with seed 0 over the UTF-8 bytes of a text. It decides where documents live, so
 * it is part of the data format: it must never change.
 * Spec: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 *
 * The 64 bits are spent so that no two uses see the same ones: partitions take them from the top
 * (doubling the partition count splits n into 2n and 2n + 1), digest buckets from the bottom.
 */
import xxhash from 'xxhash-wasm';
import { invariant } from './invariant.js';

const { h64, h64Raw, create64 } = await xxhash();

/** Most partitions a collection may have, as a power of two. */
export const MAX_PARTITION_BITS = 12;
/** A partition's documents fall into this many digest buckets. */
export const DIGEST_BUCKET_COUNT = 1024;

/** xxHash64 of a text's UTF-8 bytes, unsigned. */
export function hash64(text: string): bigint {
  return h64(text);
}

/** xxHash64 of raw bytes, unsigned. Checksums of rows and files, and digests, are made of it. */
export function hash64Bytes(bytes: Uint8Array): bigint {
  return h64Raw(bytes);
}

/** xxHash64 of bytes that arrive in pieces: as `hash64Bytes` of all of them in a row. */
export interface Hash64Stream {
  update(bytes: Uint8Array): void;
  /** Of what has been given so far, unsigned. */
  digest(): bigint;
}

export function hash64Stream(): Hash64Stream {
  const state = create64();
  return {
    update: (bytes) => void state.update(bytes),
    digest: () => state.digest(),
  };
}

/** The partition, 0 .. `partitionCount` - 1, of a document id's hash; the count is a power of two. */
export function partitionOfHash(hash: bigint, partitionCount: number): number {
  const bits = Math.log2(partitionCount);
  invariant(Number.isInteger(bits) && bits <= MAX_PARTITION_BITS, `bad count ${partitionCount}`);
  return bits === 0 ? 0 : Number(hash >> BigInt(64 - bits));
}

/** The partition, 0 .. `partitionCount` - 1, that holds a document; the count is a power of two. */
export function partitionOf(documentId: string, partitionCount: number): number {
  return partitionOfHash(hash64(documentId), partitionCount);
}

/** The digest bucket, 0 .. 1023, that a document id's hash falls into. */
export function digestBucketOfHash(hash: bigint): number {
  return Number(hash & BigInt(DIGEST_BUCKET_COUNT - 1));
}
