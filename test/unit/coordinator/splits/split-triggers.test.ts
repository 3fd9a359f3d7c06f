import { describe, expect, it } from 'vitest';
import { collectionId } from '../../../../src/base/ids.js';
import {
  SplitTriggers,
  wantedPartitionCount,
} from '../../../../src/coordinator/splits/split-triggers.js';
import {
  type CollectionEntry,
  emptyTopology,
  makeTopology,
} from '../../../../src/coordinator/topology/topology.js';

const options = { maxPartitionDocuments: 1_000, minPartitionDocuments: 100, settleMs: 500 };

function collection(partitionCount: number, replicationFactor: number): CollectionEntry {
  const partitions = Array.from({ length: partitionCount }, () => ({
    generation: 1,
    replicas: [],
  }));
  const id = collectionId('docs');
  return { id, name: 'docs', state: 'ready', partitions, replicationFactor } as never;
}

describe('a collection', () => {
  it.each([
    ['has what it should have', 2, 1, [800, 700], 2, 2],
    ['has a partition that outgrew its bound', 2, 1, [1_001, 10], 2, 4],
    ['has one that outgrew it many times', 1, 3, [7_500], 3, 8],
    ['has fewer replicas than there are nodes', 1, 2, [900], 4, 2],
    ['has as many replicas as there are nodes', 2, 2, [400, 400], 4, 2],
    ['is too small to be on more nodes', 2, 1, [150, 150], 8, 2],
    ['may be on some more nodes', 1, 1, [800], 64, 8],
  ])('that %s: %i partitions, %i copies, %j documents, %i nodes: %i', (_, ...row) => {
    const [partitions, copies, counts, nodes, wanted] = row;
    const entry = collection(partitions, copies);
    expect(wantedPartitionCount(entry, counts, nodes, options)).toBe(wanted);
  });

  it('is never split by itself when both bounds are 0', () => {
    const never = { maxPartitionDocuments: 0, minPartitionDocuments: 0, settleMs: 0 };
    expect(wantedPartitionCount(collection(1, 1), [1e9], 64, never)).toBe(1);
  });
});

describe('a reason to split', () => {
  it('must last, and counts from its beginning when it comes again', () => {
    const triggers = new SplitTriggers(options);
    const { clusterId, nodes } = emptyTopology('c');
    const topology = makeTopology(clusterId, 1, nodes.values(), [collection(1, 1)]);
    const at = (nowMs: number, documents: number) =>
      triggers.update({ topology, nodeCount: 1, documentCounts: () => [documents], nowMs }).length;
    expect([at(0, 2_000), at(499, 2_000), at(500, 2_000)]).toEqual([0, 0, 1]);
    expect([at(600, 10), at(700, 2_000), at(1_100, 2_000), at(1_200, 2_000)]).toEqual([0, 0, 0, 1]);
  });
});
