import { describe, expect, it } from 'vitest';
import { collectionId, nodeId } from '../../../../src/base/ids.js';
import {
  activeNodes,
  collectionByName,
  emptyTopology,
  replicasOnNode,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  dropCollection,
  forgetCollection,
  markCollectionReady,
  removeNode,
  setNodeIntent,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from './topology-kit.js';

const empty = emptyTopology('cluster');

function twoNodes(): Topology {
  return expectChanged(addNode(expectChanged(addNode(empty, node('a'))), node('b')));
}

function withCollection(): Topology {
  return expectChanged(
    createCollection(
      twoNodes(),
      newCollection('docs', [
        ['a', 'b'],
        ['b', 'a'],
      ]),
    ),
  );
}

describe('addNode', () => {
  it('adds an active node in the next epoch and leaves the old topology as it was', () => {
    const next = expectChanged(addNode(empty, node('a')));
    expect(next.epoch).toBe(1);
    expect(next.nodes.get(nodeId('a'))).toEqual({ ...node('a'), intent: 'active' });
    expect(empty.nodes.size).toBe(0);
  });

  it('changes nothing when the node is known with the same values', () => {
    const topology = twoNodes();
    expect(addNode(topology, node('a'))).toEqual({ kind: 'unchanged', topology });
  });

  it.each([{ address: 'a:9' }, { zone: 'other' }, { weight: 2 }])('updates %j', (change) => {
    const draining = expectChanged(setNodeIntent(twoNodes(), nodeId('a'), 'draining'));
    const next = expectChanged(addNode(draining, { ...node('a'), ...change }));
    expect(next.epoch).toBe(draining.epoch + 1);
    expect(next.nodes.get(nodeId('a'))).toEqual({ ...node('a'), ...change, intent: 'draining' });
  });
});

describe('nodes', () => {
  it('that drain are not active', () => {
    const next = expectChanged(setNodeIntent(twoNodes(), nodeId('a'), 'draining'));
    expect(activeNodes(next).map((n) => n.nodeId)).toEqual(['b']);
    expect(setNodeIntent(next, nodeId('a'), 'draining').kind).toBe('unchanged');
    expect(setNodeIntent(next, nodeId('x'), 'active')).toMatchObject({ reason: 'node_not_found' });
  });

  it('are forgotten only when they hold no replicas', () => {
    const topology = withCollection();
    expect(removeNode(topology, nodeId('a'))).toMatchObject({ reason: 'node_holds_replicas' });
    expect(removeNode(topology, nodeId('x'))).toMatchObject({ reason: 'node_not_found' });
    expect(expectChanged(removeNode(twoNodes(), nodeId('a'))).nodes.size).toBe(1);
  });
});

describe('createCollection', () => {
  it('lists every replica in sync, in generation 1, and the collection as creating', () => {
    const topology = withCollection();
    const collection = collectionByName(topology, 'docs');
    expect(collection).toMatchObject({ state: 'creating', replicationFactor: 2, minInSync: 1 });
    expect(collection).not.toHaveProperty('placement');
    expect(collection?.partitions[1]).toEqual({
      generation: 1,
      replicas: [
        { nodeId: 'b', state: 'in_sync' },
        { nodeId: 'a', state: 'in_sync' },
      ],
    });
    expect(replicasOnNode(topology, nodeId('a')).map((held) => held.partition)).toEqual([0, 1]);
  });

  it('shares with the topology before what did not change', () => {
    const before = withCollection();
    const after = expectChanged(createCollection(before, newCollection('more', [['a']])));
    expect(after.collections.get(collectionId('id-docs'))).toBe(
      before.collections.get(collectionId('id-docs')),
    );
    expect(after.nodes.get(nodeId('a'))).toBe(before.nodes.get(nodeId('a')));
  });

  it('refuses a name that is taken and a node that is not there', () => {
    const again = { ...newCollection('docs', [['a']]), id: collectionId('other') };
    expect(createCollection(withCollection(), again)).toMatchObject({
      reason: 'collection_exists',
    });
    expect(createCollection(twoNodes(), newCollection('docs', [['x']]))).toMatchObject({
      reason: 'node_not_found',
    });
  });
});

describe('the life of a collection', () => {
  it('goes from creating to ready to dropping to gone', () => {
    const id = collectionId('id-docs');
    const ready = expectChanged(markCollectionReady(withCollection(), id));
    expect(ready.collections.get(id)?.state).toBe('ready');
    expect(markCollectionReady(ready, id).kind).toBe('unchanged');
    const dropped = expectChanged(dropCollection(ready, 'docs'));
    expect(dropped.collections.get(id)?.state).toBe('dropping');
    expect(collectionByName(dropped, 'docs')).toBeUndefined();
    expect(dropCollection(dropped, 'docs')).toMatchObject({ reason: 'collection_not_found' });
    expect(markCollectionReady(dropped, id)).toMatchObject({ reason: 'collection_not_found' });
    const gone = expectChanged(forgetCollection(dropped, id));
    expect(gone.collections.size).toBe(0);
    expect(forgetCollection(gone, id).kind).toBe('unchanged');
    expect(gone.epoch).toBe(ready.epoch + 2);
  });

  it('frees the name at once when it is dropped', () => {
    const dropped = expectChanged(dropCollection(withCollection(), 'docs'));
    const spec = { ...newCollection('docs', [['a']]), id: collectionId('second') };
    const again = expectChanged(createCollection(dropped, spec));
    expect(collectionByName(again, 'docs')?.id).toBe('second');
    expect(again.collections.size).toBe(2);
  });
});
