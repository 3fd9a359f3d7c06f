/**
 * The target of a recovery question as bytes, and the slice of it that is meant; `recovery-codec.ts`
 * draws them.
 */
import { MAX_PARTITION_BITS } from '../base/hash64.js';
import { nodeId } from '../base/ids.js';
import { type ByteReader, type ByteWriter, MalformedBytes } from './bytes.js';
import { readCollection, readWhole } from './codec-parts.js';
import type { PartitionSlice, RecoveryTarget } from './recovery-messages.js';

export function writeTarget(writer: ByteWriter, target: RecoveryTarget): void {
  writer.shortString(target.clusterId);
  writer.shortString(target.nodeId);
  writer.shortString(target.collection);
  writer.u16(target.partition);
  writer.f64(target.generation);
}

export function readTarget(reader: ByteReader): RecoveryTarget {
  return {
    clusterId: reader.shortString(),
    nodeId: nodeId(reader.shortString()),
    collection: readCollection(reader),
    partition: reader.u16(),
    generation: readWhole(reader),
  };
}

export function writeSlice(
  writer: ByteWriter,
  { partition, partitionCount }: PartitionSlice,
): void {
  writer.u16(partition);
  writer.u16(partitionCount);
}

export function readSlice(reader: ByteReader): PartitionSlice {
  const slice = { partition: reader.u16(), partitionCount: reader.u16() };
  const bits = Math.log2(slice.partitionCount);
  const isWhole = Number.isInteger(bits) && bits <= MAX_PARTITION_BITS;
  if (!isWhole || slice.partition >= slice.partitionCount) throw new MalformedBytes('bad slice');
  return slice;
}
