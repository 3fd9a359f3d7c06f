/**
 * Sorts a batch of operations by partition, encodes each partition's share once, and lists what every
 * node is to be sent. Where an id appears twice in a batch, the later operation counts.
 */
import { partitionOf } from '../../base/hash64.js';
import type { Generation, NodeId, Partition } from '../../base/ids.js';
import type { Version } from '../../base/version.js';
import type { WriteOp, WriteTarget } from '../../wire/link-messages.js';
import { encodeWriteOps } from '../../wire/write-ops-codec.js';
import type { CollectionEntry } from '../topology/topology.js';

/** One partition's share of a batch. */
export interface PartitionWrite {
  partition: Partition;
  generation: Generation;
  version: Version;
  ops: WriteOp[];
  /** Nodes whose replicas must all hold the write before it is acknowledged. */
  inSync: NodeId[];
  /** Nodes whose replicas are still recovering: they get the write, nobody waits for them. */
  recovering: NodeId[];
  target: WriteTarget;
}

export function planWrites(
  collection: CollectionEntry,
  ops: readonly WriteOp[],
  version: Version,
): PartitionWrite[] {
  const latest = new Map(ops.map((op) => [op.id, op]));
  const byPartition = new Map<Partition, WriteOp[]>();
  for (const op of latest.values()) {
    const partition = partitionOf(op.id, collection.partitions.length);
    const share = byPartition.get(partition);
    if (share === undefined) byPartition.set(partition, [op]);
    else share.push(op);
  }
  return [...byPartition].map(([partition, share]) =>
    partitionWrite(collection, partition, share, version),
  );
}

function partitionWrite(
  collection: CollectionEntry,
  partition: Partition,
  ops: WriteOp[],
  version: Version,
): PartitionWrite {
  const entry = collection.partitions[partition];
  if (entry === undefined) throw new RangeError(`no partition ${partition}`);
  const { generation, replicas } = entry;
  const inState = (state: string) =>
    replicas.filter((replica) => replica.state === state).map((replica) => replica.nodeId);
  return {
    partition,
    generation,
    version,
    ops,
    inSync: inState('in_sync'),
    recovering: inState('recovering'),
    target: { partition, generation, version, ops: encodeWriteOps(ops) },
  };
}

/** What each node is sent: one call with all its partitions. */
export function targetsByNode(writes: readonly PartitionWrite[]): Map<NodeId, WriteTarget[]> {
  const byNode = new Map<NodeId, WriteTarget[]>();
  for (const write of writes) {
    for (const nodeId of [...write.inSync, ...write.recovering]) {
      const targets = byNode.get(nodeId);
      if (targets === undefined) byNode.set(nodeId, [write.target]);
      else targets.push(write.target);
    }
  }
  return byNode;
}
