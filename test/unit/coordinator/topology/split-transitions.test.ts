import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../../../src/base/hash64.js';
import { collectionId, type NodeId } from '../../../../src/base/ids.js';
import {
  awaitReplica,
  parentPartition,
  promoteReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  beginSplit,
  cancelSplit,
  finishSplit,
  forgetRetired,
} from '../../../../src/coordinator/topology/split-transitions.js';
import {
  type CollectionEntry,
  collectionByName,
  collectionInForce,
  emptyTopology,
  fillingOf,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  parseTopology,
  serializeTopology,
} from '../../../../src/coordinator/topology/topology-json.js';
import {
  addNode,
  createCollection,
  dropCollection,
  markCollectionReady,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from './topology-kit.js';

const docs = collectionId('id-docs');
const next = collectionId('next');

function made(partitionCount: number): Topology {
  let topology = emptyTopology('c');
  for (const name of ['a', 'b', 'c']) topology = expectChanged(addNode(topology, node(name)));
  const placement = Array.from({ length: partitionCount }, () => ['a', 'b']);
  topology = expectChanged(createCollection(topology, newCollection('docs', placement)));
  return expectChanged(markCollectionReady(topology, docs));
}

function begun(from: number, to: number): Topology {
  const placement = Array.from({ length: to }, () => ['b', 'c'] as string[] as NodeId[]);
  return expectChanged(
    beginSplit(made(from), { splitOf: docs, id: next, placement, begunAtMs: 5 }),
  );
}

/** Puts every replica of the filling collection in sync, as the controller does. */
function filled(topology: Topology): Topology {
  let current = topology;
  const filling = fillingOf(topology, docs) as CollectionEntry;
  for (const [partition, { replicas }] of filling.partitions.entries()) {
    for (const { nodeId } of replicas) {
      const ref = { collectionId: next, partition, nodeId };
      const generation = () =>
        current.collections.get(next)?.partitions[partition]?.generation as number;
      current = expectChanged(awaitReplica(current, ref, generation()));
      current = expectChanged(promoteReplica(current, ref, generation()));
    }
  }
  return current;
}

describe('a split', () => {
  it('puts every document in one partition that relieves the one it was in', () => {
    const count = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.string(), count, count, (id, fromBits, moreBits) => {
        const [from, to] = [2 ** fromBits, 2 ** (fromBits + moreBits)];
        const [split, filling] = [sized(from), sized(to)];
        const relieving = Array.from({ length: to }, (_, partition) => partition).filter(
          (partition) => parentPartition(partition, split, filling) === partitionOf(id, from),
        );
        expect(relieving).toHaveLength(to / from);
        expect(relieving).toContain(partitionOf(id, to));
      }),
    );
  });

  it('makes a collection that nobody finds, whose replicas all recover', () => {
    const topology = begun(2, 8);
    expect(collectionByName(topology, 'docs')?.id).toBe(docs);
    expect(collectionInForce(topology, next)).toBeUndefined();
    const states = fillingOf(topology, docs)?.partitions.flatMap(({ replicas }) =>
      replicas.map(({ state, move }) => `${state} ${move?.cause}`),
    );
    expect(new Set(states)).toEqual(new Set(['recovering split']));
    expect(states).toHaveLength(16);
  });

  it.each([
    [2, 2],
    [4, 2],
    [2, 3],
  ])('from %i to %i partitions is refused', (from, to) => {
    const placement = Array.from({ length: to }, () => ['a'] as string[] as NodeId[]);
    const spec = { splitOf: docs, id: next, placement, begunAtMs: 5 };
    expect(beginSplit(made(from), spec)).toMatchObject({ reason: 'split_impossible' });
  });

  it('is refused while another one is under way', () => {
    const spec = { splitOf: docs, id: collectionId('x'), placement: [], begunAtMs: 5 };
    expect(beginSplit(begun(2, 4), spec)).toMatchObject({ reason: 'split_impossible' });
  });

  it('raises the generation of the partition that is relieved when writes are to wait', () => {
    const before = begun(2, 4);
    const ref = { collectionId: next, partition: 3, nodeId: node('b').nodeId };
    const after = expectChanged(awaitReplica(before, ref, 1));
    const generations = (id: typeof docs) =>
      after.collections.get(id)?.partitions.map(({ generation }) => generation);
    expect(generations(docs)).toEqual([1, 2]);
    expect(generations(next)).toEqual([1, 1, 1, 2]);
  });

  it('takes over only when every partition has as many replicas in sync as the one before', () => {
    const topology = filled(begun(2, 4));
    const ref = { collectionId: next, partition: 2, nodeId: node('c').nodeId };
    const lacking = expectChanged(setReplicaState(topology, ref, 'recovering'));
    expect(finishSplit(lacking, next).kind).toBe('unchanged');
    expect(finishSplit(begun(2, 4), next).kind).toBe('unchanged');
    const after = expectChanged(finishSplit(topology, next));
    expect(collectionByName(after, 'docs')).toMatchObject({ id: next, formerIds: [docs] });
    expect(collectionInForce(after, docs)?.partitions).toHaveLength(4);
    expect(after.collections.get(docs)?.state).toBe('retired');
  });

  it('stops whoever has not heard of it at the partitions that are retired', () => {
    const before = filled(begun(1, 2));
    const after = expectChanged(finishSplit(before, next));
    const generation = (topology: Topology) =>
      topology.collections.get(docs)?.partitions[0]?.generation ?? 0;
    expect(generation(after)).toBe(generation(before) + 1);
    expect(fillingOf(before, docs)?.partitions.map((p) => p.generation)).toEqual(
      after.collections.get(next)?.partitions.map((p) => p.generation),
    );
  });

  it('gives up all replicas of a filling partition if need be', () => {
    let topology = filled(begun(1, 2));
    for (const name of ['b', 'c']) {
      const ref = { collectionId: next, partition: 0, nodeId: node(name).nodeId };
      topology = expectChanged(setReplicaState(topology, ref, 'recovering'));
    }
    expect(fillingOf(topology, docs)?.partitions[0]?.replicas).toHaveLength(2);
  });

  it('is called off without a trace, and ends with its collection', () => {
    const topology = begun(2, 4);
    expect([...expectChanged(cancelSplit(topology, next)).collections.keys()]).toEqual([docs]);
    expect([...expectChanged(dropCollection(topology, 'docs')).collections.keys()]).toEqual([docs]);
  });

  it('still means the same after the retired collection is forgotten', () => {
    const over = expectChanged(finishSplit(filled(begun(1, 2)), next));
    const after = expectChanged(forgetRetired(over, docs));
    expect(after.collections.has(docs)).toBe(false);
    expect(collectionInForce(after, docs)?.id).toBe(next);
  });

  it('is the same after it was written down and read again, at each step', () => {
    const steps = [begun(2, 8), filled(begun(2, 8))];
    steps.push(expectChanged(finishSplit(steps[1] as Topology, next)));
    for (const topology of steps) {
      expect(parseTopology(serializeTopology(topology))).toEqual(topology);
    }
  });

  it('of nothing is refused as malformed', () => {
    const json = JSON.parse(serializeTopology(begun(2, 4))) as { collections: { id: string }[] };
    json.collections = json.collections.filter(({ id }) => id !== docs);
    expect(() => parseTopology(JSON.stringify(json))).toThrow(/is filling, and splits nothing/);
  });
});

function sized(count: number): CollectionEntry {
  const partitions = Array.from({ length: count }, () => ({ generation: 1, replicas: [] }));
  return { partitions } as unknown as CollectionEntry;
}
