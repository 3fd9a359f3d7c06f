import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import {
  type NodeMemory,
  restoredTopology,
} from '../../../../src/coordinator/restore/restored-topology.js';
import {
  addReplica,
  removeReplica,
  setReplicaState,
} from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  emptyTopology,
  type PartitionEntry,
  replicasOnNode,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  dropCollection,
  markCollectionReady,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from '../topology/topology-kit.js';

const NODES = ['a', 'b', 'c', 'd'].map(nodeId);
const DOCS = collectionId('id-docs');

/** Two partitions, on a and b, and on b and c. */
function cluster(): Topology {
  let topology = emptyTopology('cluster');
  for (const name of ['a', 'b', 'c', 'd']) topology = expectChanged(addNode(topology, node(name)));
  const placement = [
    ['a', 'b'],
    ['b', 'c'],
  ];
  topology = expectChanged(createCollection(topology, newCollection('docs', placement)));
  return expectChanged(markCollectionReady(topology, DOCS));
}

/** What a node remembers that was told of this topology. */
function memory(topology: Topology, id: NodeId): NodeMemory {
  const replicas = replicasOnNode(topology, id).map((held) => {
    const { collection, partition, generation, state } = held;
    return { collection: collection.id, partition, generation, state };
  });
  return { nodeId: id, address: `${id}:9`, epoch: topology.epoch, replicas };
}

function memories(topology: Topology, ids: readonly NodeId[] = NODES): NodeMemory[] {
  return ids.map((id) => memory(topology, id));
}

function inSyncOf(entry: PartitionEntry | undefined): NodeId[] {
  const inSync = entry?.replicas.filter(({ state }) => state === 'in_sync') ?? [];
  return inSync.map(({ nodeId: id }) => id).sort();
}

function partitionsOf(topology: Topology): readonly PartitionEntry[] {
  return topology.collections.get(DOCS)?.partitions ?? [];
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('evict', 'promote', 'add', 'remove'),
    partition: fc.nat({ max: 1 }),
    node: fc.constantFrom(...NODES),
    /** Whether the nodes hear of it. */
    isTold: fc.boolean(),
  }),
  { maxLength: 20 },
);

describe('a topology restored from a backup and what nodes remember', () => {
  it('never has a replica in sync that was not, and has those that were, if all nodes were told', () => {
    fc.assert(
      fc.property(steps, (happenings) => {
        const backup = cluster();
        let topology = backup;
        const told = new Map(NODES.map((id) => [id, memory(backup, id)]));
        for (const { kind, partition, node: id, isTold } of happenings) {
          const ref = { collectionId: DOCS, partition, nodeId: id };
          const result = {
            evict: () => setReplicaState(topology, ref, 'recovering'),
            promote: () => setReplicaState(topology, ref, 'in_sync'),
            add: () => addReplica(topology, ref),
            remove: () => removeReplica(topology, ref),
          }[kind]();
          if (result.kind !== 'changed') continue;
          topology = result.topology;
          // A generation is in force for writes once the replicas in sync were told of it.
          const inSync = inSyncOf(partitionsOf(topology)[partition]);
          for (const one of isTold ? NODES : inSync) told.set(one, memory(topology, one));
        }
        const restored = restoredTopology(backup, [...told.values()]);
        expect(restored.losses).toEqual([]);
        expect(restored.topology.epoch).toBeGreaterThan(topology.epoch);
        partitionsOf(restored.topology).forEach((entry, partition) => {
          const before = partitionsOf(topology)[partition] as PartitionEntry;
          expect(inSyncOf(entry)).toEqual(inSyncOf(before));
          expect(entry.generation).toBeGreaterThan(before.generation);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is the backup with newer generations and the present addresses when nothing has happened', () => {
    const backup = cluster();
    const { topology, changes, losses } = restoredTopology(backup, memories(backup));
    expect([changes, losses]).toEqual([[], []]);
    expect(partitionsOf(topology).map(inSyncOf)).toEqual(partitionsOf(backup).map(inSyncOf));
    expect(topology.nodes.get(nodeId('a'))?.address).toBe('a:9');
  });

  it('names nodes that do not answer, and goes on with the others if that is accepted', () => {
    const backup = cluster();
    const { topology, losses } = restoredTopology(backup, memories(backup, [nodeId('b')]));
    expect(losses).toHaveLength(3);
    expect(losses[0]).toBe('node a does not answer, and may know of newer writes');
    expect(partitionsOf(topology).every((entry) => inSyncOf(entry).length > 0)).toBe(true);
  });

  it('says so when a partition went to a node that nobody names', () => {
    const backup = cluster();
    const ref = { collectionId: DOCS, partition: 0, nodeId: nodeId('d') };
    let topology = expectChanged(addReplica(backup, ref));
    topology = expectChanged(setReplicaState(topology, ref, 'in_sync'));
    for (const name of ['a', 'b']) {
      topology = expectChanged(removeReplica(topology, { ...ref, nodeId: nodeId(name) }));
    }
    const without = restoredTopology(
      { ...backup, nodes: new Map([...backup.nodes].filter(([id]) => id !== 'd')) },
      memories(topology, ['a', 'b', 'c'].map(nodeId)),
    );
    expect(without.losses).toEqual(['partition 0 of docs: no node that answers has a copy of it']);
    const named = restoredTopology(backup, memories(topology));
    expect(named.losses).toEqual([]);
    expect(inSyncOf(partitionsOf(named.topology)[0])).toEqual(['d']);
  });

  it('leaves out what was dropped since, and names what was made since', () => {
    const backup = cluster();
    const placement = [['a', 'b']];
    let topology = expectChanged(dropCollection(backup, 'docs'));
    topology = expectChanged(createCollection(topology, newCollection('more', placement)));
    const known = memories(topology).map((one) => ({
      ...one,
      replicas: one.replicas.filter(({ collection }) => collection !== DOCS),
    }));
    const { topology: found, changes, losses } = restoredTopology(backup, known);
    expect(found.collections.size).toBe(0);
    expect(changes).toEqual(['collection docs was dropped since']);
    expect(losses).toEqual(['a collection that was made since (id-more) is given up']);
  });
});
