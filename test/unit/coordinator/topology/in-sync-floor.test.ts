/** The number of replicas that writes need, against a twin that remembers all there ever was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { minInSyncOf } from '../../../../src/coordinator/topology/in-sync-floor.js';
import {
  discardNode,
  setReplication,
} from '../../../../src/coordinator/topology/move-transitions.js';
import {
  addReplica,
  forceInSync,
  removeReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import { beginSplit, finishSplit } from '../../../../src/coordinator/topology/split-transitions.js';
import {
  type CollectionEntry,
  emptyTopology,
  type PartitionEntry,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
  type TransitionResult,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { viewOf } from '../../../../src/coordinator/write/replica-set-view.js';
import { WriteAcks } from '../../../../src/coordinator/write/write-acks.js';
import { expectChanged, newCollection, node } from './topology-kit.js';

const names = ['a', 'b', 'c', 'd'];

function cluster(holders: string[]): Topology {
  let topology = emptyTopology('cluster');
  for (const name of names) topology = expectChanged(addNode(topology, node(name)));
  const spec = newCollection('docs', [holders]);
  topology = expectChanged(createCollection(topology, spec));
  return expectChanged(markCollectionReady(topology, spec.id));
}

const { id } = newCollection('docs', []);
const on = (name: string) => ({ collectionId: id, partition: 0, nodeId: nodeId(name) });

function found(topology: Topology): { collection: CollectionEntry; entry: PartitionEntry } {
  const collection = topology.collections.get(id) as CollectionEntry;
  return { collection, entry: collection.partitions[0] as PartitionEntry };
}

function inSyncCount(topology: Topology): number {
  return found(topology).entry.replicas.filter(({ state }) => state === 'in_sync').length;
}

function floorOf(topology: Topology): number {
  const { collection, entry } = found(topology);
  return minInSyncOf(collection, entry);
}

type Change = { kind: 'add' | 'remove' | 'in' | 'out' | 'force' | 'discard'; node: string };
const change = fc.oneof(
  fc.record({
    kind: fc.constantFrom<Change['kind']>('add', 'in', 'in', 'out', 'remove', 'force', 'discard'),
    node: fc.constantFrom(...names),
  }),
  fc.record({ kind: fc.constant('ask' as const), copies: fc.integer({ min: 1, max: 4 }) }),
);

function applied(topology: Topology, one: Change): TransitionResult {
  const ref = on(one.node);
  if (one.kind === 'add') return addReplica(topology, ref);
  if (one.kind === 'remove') return removeReplica(topology, ref);
  if (one.kind === 'force') return forceInSync(topology, ref);
  if (one.kind === 'discard') return discardNode(topology, ref.nodeId);
  return setReplicaState(topology, ref, one.kind === 'in' ? 'in_sync' : 'recovering');
}

describe('how many replicas a write needs', () => {
  it('is what there has been in sync of what is asked for, since it was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        let topology = cluster(['a', 'b']);
        let reached = 1;
        for (const one of changes) {
          const result =
            one.kind === 'ask'
              ? setReplication(topology, id, one.copies, one.copies)
              : applied(topology, one);
          if (result.kind !== 'changed') continue;
          topology = result.topology;
          const wanted = found(topology).collection.minInSync;
          reached = Math.min(wanted, Math.max(reached, inSyncCount(topology)));
          expect(floorOf(topology)).toBe(reached);
        }
      }),
    );
  });

  it('lets writes go on with one copy while two more are made, and then no longer', () => {
    let topology = expectChanged(setReplication(cluster(['a']), id, 3, 2));
    topology = expectChanged(addReplica(topology, on('b')));
    const write = () => {
      const { collection, entry } = found(topology);
      const options = {
        consistency: 'in_sync',
        opCount: 1,
        deadlineAtMs: 9,
        patienceMs: 9,
      } as const;
      const acks = new WriteAcks(viewOf(entry, collection), options);
      acks.start(0);
      const result = [{ isApplied: true, existed: false, version: 1n }];
      const effects = entry.replicas.flatMap(({ nodeId: one }) => {
        return acks.acknowledged(one, entry.generation, result);
      });
      return effects.flatMap((e) => (e.kind === 'settle' ? e.settlement.status : []));
    };
    expect(write()).toEqual(['acknowledged']);
    topology = expectChanged(setReplicaState(topology, on('b'), 'in_sync'));
    expect(write()).toEqual(['acknowledged']);
    topology = expectChanged(setReplicaState(topology, on('b'), 'recovering'));
    expect(write()).toEqual([]);
  });

  it('binds a write that began before the number rose', () => {
    const before = expectChanged(setReplication(cluster(['a']), id, 3, 2));
    const view = (topology: Topology) => viewOf(found(topology).entry, found(topology).collection);
    const options = { consistency: 'in_sync', opCount: 1, deadlineAtMs: 9, patienceMs: 9 } as const;
    const acks = new WriteAcks(view(before), options);
    acks.start(0);
    const listed = expectChanged(addReplica(before, on('b')));
    const risen = expectChanged(setReplicaState(listed, on('b'), 'in_sync'));
    acks.setChanged(view(risen));
    const effects = acks.setChanged(
      view(expectChanged(setReplicaState(risen, on('b'), 'recovering'))),
    );
    expect(effects).toContainEqual(
      expect.objectContaining({ settlement: expect.objectContaining({ status: 'failed' }) }),
    );
  });

  it('goes over to the partitions that take the place of the one that is split', () => {
    const topology = expectChanged(setReplication(cluster(['a']), id, 3, 3));
    const split = { ...newCollection('next', []), splitOf: id, begunAtMs: 0 };
    const placement = [[nodeId('a')], [nodeId('b'), nodeId('c')]];
    let current = expectChanged(beginSplit(topology, { ...split, placement }));
    for (const [partition, holders] of placement.entries()) {
      for (const holder of holders) {
        const ref = { collectionId: split.id, partition, nodeId: holder };
        current = expectChanged(setReplicaState(current, ref, 'in_sync'));
      }
    }
    current = expectChanged(finishSplit(current, split.id));
    const inForce = current.collections.get(split.id);
    expect(inForce?.partitions.map(({ minInSync }) => minInSync)).toEqual([1, 2]);
  });
});
