/**
 * The digest of a replica: 1,024 buckets by id hash, each the XOR of one hash per document or
 * tombstone. Two replicas with equal digests hold the same versions of the same documents, whatever
 * the order they were written in; a bucket that differs says where to look. It is kept
 * incrementally: XOR with a document's hash puts it in, and takes it out again.
 */
import {
  DIGEST_BUCKET_COUNT,
  digestBucketOfHash,
  hash64,
  hash64Bytes,
} from '../../src/base/hash64.js';
import { NO_VERSION, VERSION_BYTES, type Version, writeVersion } from '../../src/base/version.js';
import type { IdRecord, RecordChanges } from './id-record.js';
import type { StoreEntry } from './partition-store.js';
import { ALL_TOMBSTONES } from './store-limits.js';
import type { PlanView } from './write-plan.js';

const scratch = Buffer.alloc(1 + VERSION_BYTES + 4 * 1024);
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength);

/** What is hashed of a record. */
type Hashed = Pick<IdRecord, 'kind' | 'version'>;

export function emptyDigest(): BigUint64Array {
  return new BigUint64Array(DIGEST_BUCKET_COUNT);
}

/** The bucket that an id falls into. */
export function digestBucketOf(id: string): number {
  return digestBucketOfHash(hash64(id));
}

/** Puts a record into the digest, or takes it out when it is in. */
export function toggleInDigest(digest: BigUint64Array, id: string, record: Hashed): void {
  const bucket = digestBucketOf(id);
  digest[bucket] = (digest[bucket] as bigint) ^ recordHash(id, record);
}

/** Puts what a store says of an id into the digest, or takes it out when it is in. */
export function addToDigest(digest: BigUint64Array, { id, kind, version }: StoreEntry): void {
  const record = { kind: kind === 'document' ? ('row' as const) : kind, version };
  toggleInDigest(digest, id, record);
}

/** A copy of the digest, of the ids that are in it, without the tombstones older than `horizon`. */
export function digestFrom(
  digest: BigUint64Array,
  horizon: Version,
  view: Pick<PlanView, 'record' | 'tombstonesBefore'>,
  isIn: (id: string) => boolean = () => true,
): BigUint64Array {
  const cut = digest.slice();
  if (horizon === NO_VERSION) return cut;
  for (const id of view.tombstonesBefore(horizon, ALL_TOMBSTONES)) {
    if (!isIn(id)) continue;
    const record = view.record(id);
    if (record?.kind === 'tombstone' && record.version < horizon) toggleInDigest(cut, id, record);
  }
  return cut;
}

/** Takes out what was, and puts in what is. */
export function toggleChanges(digest: BigUint64Array, changes: RecordChanges): void {
  for (const [id, { before, after }] of changes) {
    if (before !== undefined) toggleInDigest(digest, id, before);
    if (after !== undefined) toggleInDigest(digest, id, after);
  }
}

/** hash64 of: 1 byte kind, the version (10 bytes), the id's UTF-8. */
function recordHash(id: string, record: Hashed): bigint {
  scratch[0] = record.kind === 'row' ? 1 : 2;
  writeVersion(scratchView, 1, record.version);
  const idBytes = scratch.write(id, 1 + VERSION_BYTES, 'utf8');
  return hash64Bytes(scratch.subarray(0, 1 + VERSION_BYTES + idBytes));
}
