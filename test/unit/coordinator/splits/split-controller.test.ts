import { describe, expect, it } from 'vitest';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import {
  decideSplits,
  RETIRED_MS,
  type SplitInputs,
} from '../../../../src/coordinator/splits/split-controller.js';
import { removeReplica } from '../../../../src/coordinator/topology/replica-transitions.js';
import { beginSplit, finishSplit } from '../../../../src/coordinator/topology/split-transitions.js';
import {
  emptyTopology,
  makeTopology,
  type ReplicaState,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
  setMovesPaused,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from '../topology/topology-kit.js';

const docs = collectionId('id-docs');
const next = collectionId('next');
const placement = [['b'], ['c']] as readonly (readonly string[])[] as readonly NodeId[][];

function begun(): Topology {
  let topology = emptyTopology('c');
  for (const name of ['a', 'b', 'c']) topology = expectChanged(addNode(topology, node(name)));
  topology = expectChanged(createCollection(topology, newCollection('docs', [['a']])));
  topology = expectChanged(markCollectionReady(topology, docs));
  return expectChanged(beginSplit(topology, { splitOf: docs, id: next, placement, begunAtMs: 1 }));
}

/** The filling replicas in these states, by partition. */
function filling(...states: ReplicaState[]): Topology {
  const topology = begun();
  const { clusterId, epoch, nodes, collections } = topology;
  const entry = collections.get(next);
  const partitions = entry?.partitions.map(({ generation, replicas }, i) => ({
    generation,
    replicas: replicas.map((replica) => ({ ...replica, state: states[i] ?? replica.state })),
  }));
  const all = new Map(collections).set(next, { ...entry, partitions } as never);
  return makeTopology(clusterId, epoch, nodes.values(), all.values());
}

function decided(topology: Topology, given: Partial<SplitInputs> = {}) {
  const rest = { isLasting: () => true, retiredForMs: () => 0, wanted: [] };
  return decideSplits({ topology, ...rest, ...given });
}

describe('the controller of splits', () => {
  it('waits while a partition is not filled, and puts them in force when all are', () => {
    expect(decided(filling('in_sync', 'recovering'))).toEqual([]);
    expect(decided(filling('in_sync', 'in_sync'))).toEqual([{ kind: 'finish', fillingId: next }]);
  });

  it('begins again when a node that was to hold some does not last', () => {
    const isLasting = (id: NodeId) => id !== nodeId('c');
    expect(decided(filling('in_sync', 'in_sync'), { isLasting })).toEqual([
      { kind: 'restart', fillingId: next, collectionId: docs, partitionCount: 2 },
    ]);
  });

  it('begins again when all its replicas were taken out', () => {
    let topology = begun();
    for (const [partition, node] of placement.flat().entries()) {
      const ref = { collectionId: next, partition, nodeId: node };
      topology = expectChanged(removeReplica(topology, ref));
    }
    expect(decided(topology)).toEqual([
      { kind: 'restart', fillingId: next, collectionId: docs, partitionCount: 2 },
    ]);
  });

  it('takes no step while moves are paused', () => {
    const paused = expectChanged(setMovesPaused(filling('in_sync', 'in_sync'), true));
    const wanted = [{ collectionId: docs, partitionCount: 4 }];
    expect(decided(paused, { wanted, isLasting: () => false })).toEqual([]);
  });

  it('begins one by itself only while none is under way', () => {
    const wanted = [
      { collectionId: docs, partitionCount: 4 },
      { collectionId: next, partitionCount: 8 },
    ];
    expect(decided(begun(), { wanted })).toEqual([]);
    const before = expectChanged(finishSplit(filling('in_sync', 'in_sync'), next));
    expect(decided(before, { wanted })).toEqual([
      { kind: 'begin', collectionId: docs, partitionCount: 4 },
    ]);
  });

  it('keeps a retired collection for as long as somebody may mean it', () => {
    const after = expectChanged(finishSplit(filling('in_sync', 'in_sync'), next));
    expect(decided(after, { retiredForMs: () => RETIRED_MS - 1 })).toEqual([]);
    expect(decided(after, { retiredForMs: () => RETIRED_MS })).toEqual([
      { kind: 'forget', collectionId: docs },
    ]);
  });
});
