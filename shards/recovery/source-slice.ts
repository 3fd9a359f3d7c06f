/**
 * Those documents of a replica that belong to one partition of a collection with more of them. There is
 * no digest of them: it is made from the entries when it is asked for. They are read one after the other
 * while writes go on, so it may be of no one moment. That is as good: each entry is one that the replica
 * held since it was asked, and whatever changed since then reaches whoever asked as well.
 */
import { partitionOf } from '../../src/base/hash64.js';
import type { Version } from '../../src/base/version.js';
import type { DigestAnswer, PartitionSlice } from '../../src/wire/recovery-messages.js';
import { addToDigest, emptyDigest } from '../store/digest.js';
import type { PartitionStore } from '../store/partition-store.js';

/** True when there is no slice: everything is in it. */
export function isInSlice(slice: PartitionSlice | undefined, id: string): boolean {
  return slice === undefined || partitionOf(id, slice.partitionCount) === slice.partition;
}

export function* digestOfSlice(
  store: PartitionStore,
  slice: PartitionSlice,
  horizon: Version,
): Generator<undefined, DigestAnswer> {
  const digest = emptyDigest();
  let documentCount = 0;
  for (const entry of store.entries('')) {
    const isWanted = entry.kind === 'document' || entry.version >= horizon;
    if (isWanted && isInSlice(slice, entry.id)) {
      addToDigest(digest, entry);
      if (entry.kind === 'document') documentCount += 1;
    }
    yield;
  }
  return { kind: 'digest', documentCount, digest };
}
