/** Forcing replicas in sync, against nodes that carry out what they are assigned. */
import { beforeEach, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { ReplicaAdmin } from '../../../../src/coordinator/admin/replica-admin.js';
import { assignmentsOf } from '../../../../src/coordinator/nodes/assignments.js';
import { type NodeRegistry, replicaKey } from '../../../../src/coordinator/nodes/node-registry.js';
import { setReplicaState } from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  type CollectionEntry,
  emptyTopology,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  markCollectionReady,
  type Transition,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import type { TopologyKeeper } from '../../../../src/coordinator/topology-keeper.js';
import type { ReplicaCondition } from '../../../../src/wire/link-messages.js';
import { expectChanged, newCollection, node } from '../topology/topology-kit.js';

const spec = newCollection('docs', [['a', 'b']]);
const [a, b] = [nodeId('a'), nodeId('b')];
let topology: Topology;
type Held = { condition: ReplicaCondition; documentCount: number };
let held: { a: Held; b: Held };

/** A damaged replica is made anew when it recovers, with half of what it had if it may keep that. */
async function assign(id: 'a' | 'b'): Promise<void> {
  const replica = held[id];
  const [assignment] = assignmentsOf(topology, nodeId(id));
  if (replica.condition !== 'corrupt' || assignment?.state !== 'recovering') return;
  const documentCount = assignment.keepsReadable ? replica.documentCount / 2 : 0;
  held[id] = { condition: 'loading', documentCount };
}

const nodes = {
  assign,
  get: (id: 'a' | 'b') => ({
    link: { isConnected: true },
    reports: new Map([[replicaKey(spec.id, 0), held[id]]]),
  }),
};
const keeper = {
  async update(transition: Transition) {
    const result = transition(topology);
    if (result.kind === 'changed') topology = result.topology;
    return topology;
  },
};
const admin = new ReplicaAdmin(
  keeper as unknown as TopologyKeeper,
  nodes as unknown as NodeRegistry,
  silentLogger,
);

const docs = () => topology.collections.get(spec.id) as CollectionEntry;
const force = (id: typeof a) => admin.forceInSync(docs(), 0, id);
const states = () => docs().partitions[0]?.replicas.map(({ state }) => state);

beforeEach(() => {
  topology = emptyTopology('cluster');
  for (const name of ['a', 'b']) topology = expectChanged(addNode(topology, node(name)));
  topology = expectChanged(createCollection(topology, spec));
  topology = expectChanged(markCollectionReady(topology, spec.id));
  const out = { collectionId: spec.id, partition: 0, nodeId: b };
  topology = expectChanged(setReplicaState(topology, out, 'recovering'));
  held = {
    a: { condition: 'corrupt', documentCount: 100 },
    b: { condition: 'open', documentCount: 7 },
  };
});

it('keeps what can be read of the damaged replica that is forced, without a restart', async () => {
  expect(await force(a)).toMatchObject({ documentCount: 50, documentCountBefore: 100 });
  expect(states()).toEqual(['in_sync', 'recovering']);
});

it('leaves a damaged replica to be made anew when another one is forced', async () => {
  expect(await force(b)).toMatchObject({ documentCount: 7, documentCountBefore: 100 });
  expect(states()).toEqual(['recovering', 'in_sync']);
  await assign('a');
  expect(held.a).toEqual({ condition: 'loading', documentCount: 0 });
});

it('forces nothing while a whole replica is in sync, nor one that is not there', async () => {
  held.a = { condition: 'open', documentCount: 100 };
  await expect(force(b)).rejects.toMatchObject({ reason: 'REPLICA_IN_SYNC' });
  held.a = { condition: 'missing', documentCount: 0 };
  await expect(force(a)).rejects.toMatchObject({
    reason: 'PARTITION_UNAVAILABLE',
    message: expect.stringContaining('it is missing'),
  });
  expect(states()).toEqual(['in_sync', 'recovering']);
});
