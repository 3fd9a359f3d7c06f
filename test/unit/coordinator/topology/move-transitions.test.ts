import { describe, expect, it } from 'vitest';
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import { minInSyncOf } from '../../../../src/coordinator/topology/in-sync-floor.js';
import {
  beginMove,
  cancelMove,
  discardNode,
  drainNode,
  dropSurplus,
  finishMove,
  setReplication,
} from '../../../../src/coordinator/topology/move-transitions.js';
import { setReplicaState } from '../../../../src/coordinator/topology/replica-transitions.js';
import { emptyTopology, type Topology } from '../../../../src/coordinator/topology/topology.js';
import {
  parseTopology,
  serializeTopology,
} from '../../../../src/coordinator/topology/topology-json.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
  pinNode,
  setMovesPaused,
  setNodeIntent,
  type TransitionResult,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from './topology-kit.js';

const spec = newCollection('docs', [['a', 'b']]);
const move = { cause: 'balance', from: nodeId('a'), inSyncMin: 2, begunAtMs: 7 } as const;

function cluster(): Topology {
  let topology = emptyTopology('cluster');
  for (const name of ['a', 'b', 'c', 'd']) topology = expectChanged(addNode(topology, node(name)));
  topology = expectChanged(createCollection(topology, spec));
  return expectChanged(markCollectionReady(topology, spec.id));
}

const on = (name: string) => ({ collectionId: spec.id, partition: 0, nodeId: nodeId(name) });

/** As `a:in_sync b:recovering<a`; `<`: relieves. */
function shown(topology: Topology): string {
  const replicas = topology.collections.get(spec.id)?.partitions[0]?.replicas ?? [];
  return replicas
    .map(({ nodeId: id, state, move: m }) => `${id}:${state}${m ? `<${m.from ?? ''}` : ''}`)
    .join(' ');
}

function floorOf(topology: Topology): number | undefined {
  const collection = topology.collections.get(spec.id);
  const entry = collection?.partitions[0];
  return collection && entry && minInSyncOf(collection, entry);
}

function moving(): Topology {
  return expectChanged(beginMove(cluster(), on('c'), 1, move));
}

const isUnchanged = ({ kind }: TransitionResult) => kind === 'unchanged';

describe('a move', () => {
  it('lists the new replica first, and drops the old one when the new one is in sync', () => {
    let topology = moving();
    expect(shown(topology)).toBe('a:in_sync b:in_sync c:recovering<a');
    expect(isUnchanged(finishMove(topology, on('c')))).toBe(true);
    topology = expectChanged(setReplicaState(topology, on('c'), 'in_sync'));
    topology = expectChanged(finishMove(topology, on('c')));
    expect(shown(topology)).toBe('b:in_sync c:in_sync');
  });

  it('is not begun when the partition has changed since', () => {
    const changed = expectChanged(setReplicaState(cluster(), on('b'), 'recovering'));
    expect(isUnchanged(beginMove(changed, on('c'), 1, move))).toBe(true);
  });

  it('keeps the old replica while fewer than before would be in sync without it', () => {
    let topology = expectChanged(setReplicaState(moving(), on('b'), 'recovering'));
    topology = expectChanged(setReplicaState(topology, on('c'), 'in_sync'));
    expect(isUnchanged(finishMove(topology, on('c')))).toBe(true);
    topology = expectChanged(setReplicaState(topology, on('b'), 'in_sync'));
    expect(shown(expectChanged(finishMove(topology, on('c'))))).toBe('b:in_sync c:in_sync');
  });

  it('taken back leaves what there was, and one in sync stays as any other', () => {
    expect(shown(expectChanged(cancelMove(moving(), on('c'))))).toBe('a:in_sync b:in_sync');
    const late = expectChanged(setReplicaState(moving(), on('c'), 'in_sync'));
    const kept = expectChanged(cancelMove(late, on('c')));
    expect(shown(kept)).toBe('a:in_sync b:in_sync c:in_sync');
    expect(shown(expectChanged(dropSurplus(kept, on('a'))))).toBe('b:in_sync c:in_sync');
  });

  it('survives being stored, with what operators have set', () => {
    let topology = expectChanged(setMovesPaused(moving(), true));
    topology = expectChanged(setNodeIntent(topology, nodeId('a'), 'draining', nodeId('d')));
    topology = expectChanged(pinNode(topology, nodeId('b'), { weight: 2 }));
    expect(parseTopology(serializeTopology(topology))).toEqual(topology);
  });
});

describe('dropping a replica too many', () => {
  const withCopies = (copies: number) => {
    const changed = setReplication(cluster(), spec.id, copies, 1);
    return changed.kind === 'changed' ? changed.topology : cluster();
  };

  it('leaves as many in sync as there are to be', () => {
    expect(shown(expectChanged(dropSurplus(withCopies(1), on('a'))))).toBe('b:in_sync');
    expect(isUnchanged(dropSurplus(withCopies(1), on('d')))).toBe(true);
  });

  it('does nothing when more are wanted by now', () => {
    expect(isUnchanged(dropSurplus(withCopies(2), on('a')))).toBe(true);
  });
});

describe('replacing a node', () => {
  const ofThree = () => {
    let topology = emptyTopology('cluster');
    for (const name of ['a', 'b', 'c']) topology = expectChanged(addNode(topology, node(name)));
    const three = newCollection('docs', [['a', 'b', 'c']]);
    topology = expectChanged(createCollection(topology, three));
    return expectChanged(markCollectionReady(topology, three.id));
  };
  const refusalOf = (result: TransitionResult) => (result.kind === 'refused' ? result.message : '');

  it('is refused by name when all nodes that stay have the copies already', () => {
    expect(refusalOf(drainNode(ofThree(), nodeId('a'), nodeId('b')))).toBe(
      'replacement_node_id b cannot take partition 0 of collection docs: each of the 2 nodes that ' +
        'stay has a copy already, and replication_factor is 3, so at least 3 must stay: add one ' +
        'first, or ask for fewer copies',
    );
  });

  it('goes on with too few nodes where a copy only changes its place', () => {
    const joined = expectChanged(addNode(ofThree(), node('d')));
    const short = expectChanged(discardNode(joined, nodeId('c')));
    const replacing = expectChanged(drainNode(short, nodeId('a'), nodeId('d')));
    expect(replacing.nodes.get(nodeId('a'))).toMatchObject({ intent: 'draining', replacedBy: 'd' });
    const generation = replacing.collections.get(spec.id)?.partitions[0]?.generation ?? 0;
    const begun = beginMove(replacing, on('d'), generation, { ...move, cause: 'replace' });
    // Asked once more in the middle of it, it is as before.
    expect(isUnchanged(drainNode(expectChanged(begun), nodeId('a'), nodeId('d')))).toBe(true);
  });

  it('goes on where there is one more node than copies, whoever has them', () => {
    const joined = expectChanged(addNode(ofThree(), node('d')));
    expect(drainNode(joined, nodeId('a'), nodeId('b')).kind).toBe('changed');
  });
});

describe('what an operator sets', () => {
  it('stands when the node joins again with its own word on it', () => {
    const pinned = expectChanged(pinNode(cluster(), nodeId('a'), { weight: 3 }));
    const joined = addNode(pinned, { ...node('a'), weight: 1, zone: 'elsewhere' });
    const entry = expectChanged(joined).nodes.get(nodeId('a'));
    expect(entry).toMatchObject({ weight: 3, zone: 'elsewhere', pinned: ['weight'] });
  });

  it('changes copies, and how many of them a write needs', () => {
    const topology = expectChanged(setReplication(cluster(), spec.id, 3, 2));
    const { replicationFactor, minInSync } = [...topology.collections.values()][0] ?? {};
    expect([replicationFactor, minInSync]).toEqual([3, 2]);
    expect(isUnchanged(setReplication(topology, spec.id, 3, 2))).toBe(true);
  });

  it('asks no more of writes than there is, until there is more, and never less again', () => {
    const one = expectChanged(setReplication(cluster(), spec.id, 3, 3));
    expect(floorOf(one)).toBe(2);
    const fewer = expectChanged(setReplicaState(one, on('b'), 'recovering'));
    expect(floorOf(fewer)).toBe(2);
    let more = expectChanged(beginMove(one, on('c'), 1, { ...move, cause: 'copies' }));
    expect(floorOf(more)).toBe(2);
    more = expectChanged(setReplicaState(more, on('c'), 'in_sync'));
    expect(floorOf(more)).toBe(3);
    expect(more.collections.get(spec.id)?.partitions[0]?.minInSync).toBeUndefined();
    const lost = expectChanged(setReplicaState(more, on('c'), 'recovering'));
    expect(floorOf(expectChanged(setReplicaState(lost, on('b'), 'recovering')))).toBe(3);
    expect(floorOf(expectChanged(setReplication(lost, spec.id, 3, 1)))).toBe(1);
  });

  it('keeps what writes of a partition need through a store, and reads stores without it', () => {
    const topology = expectChanged(setReplication(cluster(), spec.id, 3, 3));
    const text = serializeTopology(topology);
    expect(parseTopology(text)).toEqual(topology);
    expect(floorOf(parseTopology(text.replace(',"minInSync":2', '')))).toBe(3);
  });

  it('discards a node with all that it holds, last copies included', () => {
    const once = expectChanged(discardNode(cluster(), nodeId('a')));
    expect(shown(once)).toBe('b:in_sync');
    const twice = expectChanged(discardNode(once, nodeId('b')));
    expect(shown(twice)).toBe('');
    expect([...twice.nodes.keys()]).toEqual(['c', 'd'] as NodeId[]);
    expect(twice.epoch).toBe(once.epoch + 1);
    const generation = twice.collections.get(spec.id)?.partitions[0]?.generation;
    expect(generation).toBe(3);
  });
});
