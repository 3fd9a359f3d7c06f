import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectionId, nodeId } from '../../../../src/base/ids.js';
import {
  addReplica,
  removeReplica,
  replaceReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  emptyTopology,
  type PartitionEntry,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  dropCollection,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from './topology-kit.js';

const names = ['a', 'b', 'c', 'd'];
const id = collectionId('id-docs');

function cluster(): Topology {
  let topology = emptyTopology('cluster');
  for (const name of names) topology = expectChanged(addNode(topology, node(name)));
  return expectChanged(
    createCollection(
      topology,
      newCollection('docs', [
        ['a', 'b'],
        ['c', 'd'],
      ]),
    ),
  );
}

const on = (name: string, partition = 0) => ({
  collectionId: id,
  partition,
  nodeId: nodeId(name),
});

function partitionOf(topology: Topology, partition = 0): PartitionEntry {
  return topology.collections.get(id)?.partitions[partition] as PartitionEntry;
}

/** Such as `a:in_sync b:recovering @2`. */
function show(topology: Topology, partition = 0): string {
  const { generation, replicas } = partitionOf(topology, partition);
  return `${replicas.map((r) => `${r.nodeId}:${r.state}`).join(' ')} @${generation}`;
}

describe('replica transitions', () => {
  it('put a replica out of sync and back, each in a new generation and epoch', () => {
    const before = cluster();
    const out = expectChanged(setReplicaState(before, on('b'), 'recovering'));
    expect(show(out)).toBe('a:in_sync b:recovering @2');
    expect(out.epoch).toBe(before.epoch + 1);
    const back = expectChanged(setReplicaState(out, on('b'), 'in_sync'));
    expect(show(back)).toBe('a:in_sync b:in_sync @3');
    expect(setReplicaState(back, on('b'), 'in_sync').kind).toBe('unchanged');
    expect(show(before)).toBe('a:in_sync b:in_sync @1');
  });

  it('leave the other partitions as they are', () => {
    const before = cluster();
    const after = expectChanged(setReplicaState(before, on('b'), 'recovering'));
    expect(partitionOf(after, 1)).toBe(partitionOf(before, 1));
  });

  it('add, remove and replace replicas', () => {
    const added = expectChanged(addReplica(cluster(), on('c')));
    expect(show(added)).toBe('a:in_sync b:in_sync c:recovering @2');
    expect(show(expectChanged(removeReplica(added, on('a'))))).toBe('b:in_sync c:recovering @3');
    const replaced = expectChanged(replaceReplica(cluster(), on('a'), nodeId('d')));
    expect(show(replaced)).toBe('d:recovering b:in_sync @2');
  });

  it('refuse what does not fit', () => {
    const topology = cluster();
    const reasonOf = (result: object) => ('reason' in result ? result.reason : result);
    expect(reasonOf(setReplicaState(topology, on('c'), 'in_sync'))).toBe('replica_not_found');
    expect(reasonOf(removeReplica(topology, on('c')))).toBe('replica_not_found');
    expect(reasonOf(addReplica(topology, on('a')))).toBe('replica_exists');
    expect(reasonOf(addReplica(topology, on('x')))).toBe('node_not_found');
    expect(reasonOf(replaceReplica(topology, on('a'), nodeId('b')))).toBe('replica_exists');
    expect(reasonOf(replaceReplica(topology, on('a'), nodeId('x')))).toBe('node_not_found');
    expect(reasonOf(replaceReplica(topology, on('c'), nodeId('d')))).toBe('replica_not_found');
    expect(reasonOf(addReplica(topology, on('c', 9)))).toBe('partition_not_found');
    const dropped = expectChanged(dropCollection(topology, 'docs'));
    expect(reasonOf(addReplica(dropped, on('c')))).toBe('collection_not_found');
  });

  it('never leave a partition without a replica in sync, whatever is tried', () => {
    const step = fc.record({
      kind: fc.constantFrom('in_sync', 'recovering', 'add', 'remove', 'replace'),
      name: fc.constantFrom(...names),
      other: fc.constantFrom(...names),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let topology = cluster();
        for (const { kind, name, other } of steps) {
          const ref = on(name);
          const result =
            kind === 'add'
              ? addReplica(topology, ref)
              : kind === 'remove'
                ? removeReplica(topology, ref)
                : kind === 'replace'
                  ? replaceReplica(topology, ref, nodeId(other))
                  : setReplicaState(topology, ref, kind as 'in_sync' | 'recovering');
          if (result.kind !== 'changed') continue;
          const before = partitionOf(topology);
          topology = result.topology;
          const { generation, replicas } = partitionOf(topology);
          expect(generation).toBe(before.generation + 1);
          expect(replicas.some((r) => r.state === 'in_sync')).toBe(true);
          expect(new Set(replicas.map((r) => r.nodeId)).size).toBe(replicas.length);
        }
      }),
    );
  });
});
