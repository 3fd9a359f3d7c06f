import { beforeEach, describe, expect, it } from 'vitest';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { seededRandom } from '../../../../src/base/random.js';
import { NodeRegistry } from '../../../../src/coordinator/nodes/node-registry.js';
import { type ReadRoute, ReadRouter } from '../../../../src/coordinator/search/read-router.js';
import { emptyTopology } from '../../../../src/coordinator/topology/topology.js';
import { addNode } from '../../../../src/coordinator/topology/topology-transitions.js';
import type { ShardLink } from '../../../../src/coordinator/transport/shard-link.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const ids = ['a', 'b', 'c'].map(nodeId);
const [a, b, c] = ids as [NodeId, NodeId, NodeId];
const read = { partition: 0, generation: 1, nodeIds: ids };
const failuresThatEject = 3;
let nodes: NodeRegistry;
let clock: VirtualClock;

function link(id: NodeId): ShardLink {
  const assign = () => Promise.resolve([]);
  const send = () => ({ cancel() {} });
  return { nodeId: id, isConnected: true, outstanding: 0, send, assign, close() {} };
}

beforeEach(() => {
  clock = new VirtualClock();
  let topology = emptyTopology('cluster');
  for (const id of ids) {
    const added = addNode(topology, { nodeId: id, address: 'h:1', zone: id, weight: 1 });
    if (added.kind === 'refused') throw new Error(added.message);
    topology = added.topology;
  }
  const create = ({ nodeId: id }: { nodeId: NodeId }) => link(id);
  nodes = new NodeRegistry(topology, create, clock, seededRandom(1), silentLogger);
  for (const node of nodes.all()) node.health.connected(clock.nowMs());
});

function route(): ReadRoute {
  const request = { collection: collectionId('c0ffee'), kind: 'search', routingKey: '' };
  const router = new ReadRouter(nodes, clock, seededRandom(1));
  return router.route({ ...request, policy: 'least_outstanding' });
}

function eject(id: NodeId): void {
  for (let i = 0; i < failuresThatEject; i += 1) {
    nodes.get(id)?.health.requestFailed(clock.nowMs());
  }
  expect(nodes.get(id)?.health.state).toBe('suspect');
}

describe('a node that is suspect', () => {
  it('is no place for a hedge of a node that is merely late', () => {
    eject(a);
    expect(route().pick(read, [a], new Map(), 'hedge')).toBeUndefined();
    expect(route().pick(read, [a, b], new Map(), 'hedge')).toBe(b);
  });

  it('is asked where others have failed', () => {
    eject(a);
    expect(route().pick(read, [a], new Map(), 'reroute')).toBe(a);
    expect(route().pick({ ...read, nodeIds: [a] }, [a], new Map(), 'first')).toBe(a);
  });

  it('is asked for a hedge when the late ones are no better', () => {
    eject(a);
    eject(b);
    expect(route().pick({ ...read, nodeIds: [a, b] }, [a], new Map(), 'hedge')).toBe(a);
    nodes.get(c)?.health.disconnected();
    expect(route().pick(read, [a], new Map(), 'hedge')).toBe(a);
  });
});
