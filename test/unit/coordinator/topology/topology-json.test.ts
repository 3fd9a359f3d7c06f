import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTopology, type Topology } from '../../../../src/coordinator/topology/topology.js';
import {
  MalformedTopology,
  parseTopology,
  serializeTopology,
} from '../../../../src/coordinator/topology/topology-json.js';
import {
  addNode,
  createCollection,
  dropCollection,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { arbitraryNodeNames, expectChanged, newCollection, node } from './topology-kit.js';

function cluster(names: string[]): Topology {
  let topology = emptyTopology('cluster');
  for (const name of names) topology = expectChanged(addNode(topology, node(name)));
  topology = expectChanged(createCollection(topology, newCollection('gone', [names])));
  topology = expectChanged(dropCollection(topology, 'gone'));
  const spec = newCollection('docs', [names, [...names].reverse()]);
  return expectChanged(createCollection(topology, spec));
}

type Json = Record<string, unknown>;
/** The topology's JSON with one thing changed. */
function edited(edit: (json: Json, collection: Json, node: Json) => void): string {
  const json = JSON.parse(serializeTopology(cluster(['a', 'b'])));
  edit(json, json.collections[1], json.nodes[0]);
  return JSON.stringify(json);
}

describe('parseTopology', () => {
  it('gives back every topology that was serialized, lookups included', () => {
    fc.assert(
      fc.property(arbitraryNodeNames, (names) => {
        const topology = cluster(names);
        expect(parseTopology(serializeTopology(topology))).toEqual(topology);
      }),
    );
  });

  it('keeps how a collection is balanced, and does without it', () => {
    const balanced = edited((_, collection) => {
      collection.balancingPolicy = 'peak_ewma';
    });
    const [, docs] = [...parseTopology(balanced).collections.values()];
    expect(docs?.balancingPolicy).toBe('peak_ewma');
    const plain = [...parseTopology(edited(() => {})).collections.values()];
    expect(plain[1]?.balancingPolicy).toBeUndefined();
  });

  it.each<[string, (json: Json, collection: Json, node: Json) => void, string]>([
    ['another format', (json) => Object.assign(json, { format: 2 }), 'has format 2; this release'],
    ['no format', (json) => delete json.format, 'topology.format is not a whole number'],
    ['no cluster', (json) => Object.assign(json, { clusterId: '' }), 'topology.clusterId is not a'],
    ['a bad epoch', (json) => Object.assign(json, { epoch: -1 }), 'topology.epoch is not a whole'],
    ['nodes that are no list', (json) => Object.assign(json, { nodes: {} }), 'nodes is not a list'],
    [
      'a node that is no object',
      (json) => Object.assign(json, { nodes: [7] }),
      'nodes[0] is not an',
    ],
    [
      'a weight of 0',
      (_, __, n) => Object.assign(n, { weight: 0 }),
      'nodes[0].weight is not above',
    ],
    ['an unknown intent', (_, __, n) => Object.assign(n, { intent: 'idle' }), 'intent is none of'],
    [
      'a node twice',
      (_, __, n) => Object.assign(n, { nodeId: 'b' }),
      'topology.nodes names b twice',
    ],
    ['a name twice', (_, c) => Object.assign(c, { state: 'ready', id: 'id-gone' }), 'twice'],
    [
      'a metric unknown',
      (_, c) => Object.assign(c, { metric: 'l1' }),
      'collections[1].metric is none',
    ],
    ['no partitions', (_, c) => Object.assign(c, { partitions: [] }), 'has 0 entries, not a power'],
    [
      'a replica on no node',
      (_, c) =>
        Object.assign(c, {
          partitions: [{ generation: 1, replicas: [{ nodeId: 'x', state: 'in_sync' }] }],
        }),
      'partition 0 of docs is on x, which is no node',
    ],
  ])('refuses %s and says where', (_, edit, message) => {
    expect(() => parseTopology(edited(edit))).toThrow(MalformedTopology);
    expect(() => parseTopology(edited(edit))).toThrow(message);
  });

  it('refuses text that was cut short, wherever', () => {
    const text = serializeTopology(cluster(['a', 'b']));
    for (let length = 0; length < text.length; length += 7) {
      expect(() => parseTopology(text.slice(0, length))).toThrow(MalformedTopology);
    }
  });

  it('throws nothing but MalformedTopology, whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(() => parseTopology(text)).toThrow(MalformedTopology);
      }),
    );
  });
});
