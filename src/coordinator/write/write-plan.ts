/**
 * Sorts a batch of operations by partition and encodes each partition's share once, however many
 * replicas it goes to and however often. Where an id appears twice, the later operation counts.
 */
import { partitionOf } from '../../base/hash64.js';
import type { Partition } from '../../base/ids.js';
import type { Version } from '../../base/version.js';
import type { WriteOp } from '../../wire/link-messages.js';
import { encodeWriteOps } from '../../wire/write-ops-codec.js';
import type { CollectionEntry } from '../topology/topology.js';

/** One partition's share of a batch. */
export interface PartitionWrite {
  partition: Partition;
  version: Version;
  ops: WriteOp[];
  encodedOps: Uint8Array;
}

export function planWrites(
  collection: CollectionEntry,
  ops: readonly WriteOp[],
  version: Version,
): PartitionWrite[] {
  const latest = new Map(ops.map((op) => [op.id, op]));
  return divideOps(latest.values(), version, collection.partitions.length);
}

/** Operations on different ids, by the partitions of a collection that has so many. */
export function divideOps(
  ops: Iterable<WriteOp>,
  version: Version,
  partitionCount: number,
): PartitionWrite[] {
  return [...opsByPartition(ops, partitionCount)].map(([partition, share]) => ({
    partition,
    version,
    ops: share,
    encodedOps: encodeWriteOps(share),
  }));
}

export function opsByPartition(
  ops: Iterable<WriteOp>,
  partitionCount: number,
): Map<Partition, WriteOp[]> {
  const byPartition = new Map<Partition, WriteOp[]>();
  for (const op of ops) {
    const partition = partitionOf(op.id, partitionCount);
    const share = byPartition.get(partition);
    if (share === undefined) byPartition.set(partition, [op]);
    else share.push(op);
  }
  return byPartition;
}
