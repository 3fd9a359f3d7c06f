/**
 * Digests of a replica's documents, apart for each partition of a collection with more of them: what
 * those who fill such partitions compare themselves with, again and again. One pass over all entries
 * makes them all; from then on they follow every change, as a store's own digest does, so that each
 * answer is of one moment.
 *
 * Writes go on during the pass. An id that changes behind the cursor was counted as it was; one that
 * changes ahead of it is counted as it is now, and the pass leaves it out.
 */
import { partitionOf } from '../../src/base/hash64.js';
import { compareUtf8 } from '../../src/base/utf8-order.js';
import type { Version } from '../../src/base/version.js';
import type { DigestAnswer, PartitionSlice } from '../../src/wire/recovery-messages.js';
import { addToDigest, digestFrom, emptyDigest } from '../store/digest.js';
import { entryOf, type IdRecord, type RecordChanges } from '../store/id-record.js';
import type { PartitionStore, StoreEntry } from '../store/partition-store.js';

interface Counted {
  digest: BigUint64Array;
  documentCount: number;
}

/** True when there is no slice: everything is in it. */
export function isInSlice(slice: PartitionSlice | undefined, id: string): boolean {
  return slice === undefined || partitionOf(id, slice.partitionCount) === slice.partition;
}

export class SliceDigests {
  readonly partitionCount: number;
  /** By partition; absent: nothing was ever in it. 8 KiB each. */
  readonly #counted = new Map<number, Counted>();
  /** The pass has looked at ids up to this one. */
  #cursor = '';
  /** Changed ahead of the cursor. */
  readonly #changedAhead = new Set<string>();
  #isComplete = false;

  constructor(partitionCount: number) {
    this.partitionCount = partitionCount;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The pass, to be run to its end; `entries` are all there are, in their order. */
  *make(entries: Iterable<StoreEntry>): Generator<undefined, void> {
    for (const entry of entries) {
      this.#cursor = entry.id;
      if (!this.#changedAhead.has(entry.id)) this.#toggle(entry, 1);
      yield;
    }
    this.#isComplete = true;
    this.#changedAhead.clear();
  }

  /** To be told of every change since `make` was called. */
  follow(changes: RecordChanges): void {
    for (const [id, { before, after }] of changes) {
      if (this.#wasCounted(id)) this.#toggleRecord(id, before, -1);
      else this.#changedAhead.add(id);
      this.#toggleRecord(id, after, 1);
    }
  }

  /** `store` is the one that the entries are of. */
  answer(partition: number, horizon: Version, store: PartitionStore): DigestAnswer {
    const counted = this.#counted.get(partition);
    const { digest, documentCount } = counted ?? { digest: emptyDigest(), documentCount: 0 };
    const slice = { partition, partitionCount: this.partitionCount };
    const cut = digestFrom(digest, horizon, store, (id) => isInSlice(slice, id));
    return { kind: 'digest', documentCount, digest: cut };
  }

  #wasCounted(id: string): boolean {
    if (this.#isComplete || this.#changedAhead.has(id)) return true;
    return compareUtf8(id, this.#cursor) <= 0;
  }

  #toggleRecord(id: string, record: IdRecord | undefined, sign: 1 | -1): void {
    if (record !== undefined) this.#toggle(entryOf(id, record), sign);
  }

  #toggle(entry: StoreEntry, sign: 1 | -1): void {
    const partition = partitionOf(entry.id, this.partitionCount);
    const known = this.#counted.get(partition);
    const counted = known ?? { digest: emptyDigest(), documentCount: 0 };
    if (known === undefined) this.#counted.set(partition, counted);
    addToDigest(counted.digest, entry);
    if (entry.kind === 'document') counted.documentCount += sign;
  }
}
