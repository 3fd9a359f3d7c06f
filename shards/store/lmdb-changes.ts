/**
 * What a plan changes in the databases, as encoded entries: everything that can go wrong in encoding
 * has gone wrong before the first entry of a transaction is queued.
 */
import { digestBucketOf, toggleChanges } from './digest.js';
import * as layout from './key-layout.js';
import { commitBatch, expectRoomFor, type LmdbEnvironment } from './lmdb-environment.js';
import { encodeRow } from './row-codec.js';
import { valueSlab } from './value-slab.js';
import type { WritePlan } from './write-plan.js';

/** A put, or without a value a removal. */
export interface EntryChange {
  database: LmdbEnvironment['rows'];
  key: Uint8Array;
  value?: Uint8Array | undefined;
}

const NOTHING = Buffer.alloc(0);
const PAGE_BYTES = 4096;

/**
 * Makes them, all or none. Those that add rows are `full` when the disk might lack the room. Rejects
 * with a {@link StoreError}.
 */
export async function commitChanges(
  environment: LmdbEnvironment,
  directory: string,
  changes: readonly EntryChange[],
  addsRows: boolean,
): Promise<void> {
  if (addsRows) expectRoomFor(directory, bytesOfChanges(changes));
  await commitBatch(environment, directory, () => {
    for (const { database, key, value } of changes) {
      if (value === undefined) database.remove(key);
      else database.put(key, value);
    }
  });
}

/** Bytes that a commit of these may add to the file at most, about: each may copy a page. */
function bytesOfChanges(changes: readonly EntryChange[]): number {
  return changes.reduce((sum, { value }) => sum + PAGE_BYTES + (value?.byteLength ?? 0), 0);
}

/** All that makes a plan durable, and removes the superseded rows that earlier ones left behind. */
export function changesOf(
  { rows, ids, tombstones, garbage, meta }: LmdbEnvironment,
  plan: WritePlan,
  oldGarbage: ReadonlySet<number>,
  oldDigest: BigUint64Array,
): EntryChange[] {
  const changes: EntryChange[] = [];
  const take = valueSlab();
  for (const seq of oldGarbage) {
    changes.push({ database: rows, key: layout.encodeSeq(seq) });
    changes.push({ database: garbage, key: layout.encodeSeq(seq) });
  }
  for (const seq of plan.supersededSeqs) {
    changes.push({ database: garbage, key: layout.encodeSeq(seq), value: NOTHING });
  }
  for (const row of plan.rows.values()) {
    changes.push({ database: rows, key: layout.encodeSeq(row.seq), value: encodeRow(row, take) });
  }
  const digestChunks = new Set<number>();
  for (const [id, { before, after }] of plan.records) {
    digestChunks.add(layout.digestChunkOf(digestBucketOf(id)));
    const key = layout.encodeId(id);
    const value = after && layout.encodeIdRecord(key, after, take);
    changes.push({ database: ids, key, value });
    if (before?.kind === 'tombstone') {
      changes.push({ database: tombstones, key: layout.encodeTombstoneKey(before.version, id) });
    }
    if (after?.kind === 'tombstone') {
      const tombstoneKey = layout.encodeTombstoneKey(after.version, id);
      changes.push({ database: tombstones, key: tombstoneKey, value: NOTHING });
    }
  }
  const digest = oldDigest.slice();
  toggleChanges(digest, plan.records);
  for (const chunk of digestChunks) {
    const value = layout.encodeDigestChunk(digest, chunk);
    changes.push({ database: meta, key: layout.digestChunkKey(chunk), value });
  }
  changes.push({ database: meta, key: layout.STATE_KEY, value: layout.encodeState(plan.state) });
  return changes;
}
