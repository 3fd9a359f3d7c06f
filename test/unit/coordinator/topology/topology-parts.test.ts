import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { setReplicaState } from '../../../../src/coordinator/topology/replica-transitions.js';
import { emptyTopology, type Topology } from '../../../../src/coordinator/topology/topology.js';
import { MalformedTopology } from '../../../../src/coordinator/topology/topology-json.js';
import {
  assembleTopology,
  changeTopology,
  parseRoot,
  type TopologyChange,
} from '../../../../src/coordinator/topology/topology-parts.js';
import {
  addNode,
  createCollection,
  dropCollection,
  forgetCollection,
  type Transition,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { expectChanged, newCollection, node } from './topology-kit.js';

/** Applies changes as a store without limits would. */
class Cells {
  readonly texts = new Map<string, string>();
  rootText = '';

  apply({ root, puts, deletes }: TopologyChange): void {
    for (const [key, text] of puts) this.texts.set(key, text);
    for (const key of deletes) expect(this.texts.delete(key)).toBe(true);
    this.rootText = JSON.stringify(root);
  }

  read(): Topology {
    return assembleTopology(parseRoot(this.rootText), this.texts);
  }
}

function cluster(partitionCount: number): Topology {
  let topology = emptyTopology('cluster');
  for (const name of ['a', 'b', 'c']) topology = expectChanged(addNode(topology, node(name)));
  const placement = Array.from({ length: partitionCount }, () => ['a', 'b', 'c']);
  return expectChanged(createCollection(topology, newCollection('docs', placement)));
}

const arbitraryTransition: fc.Arbitrary<Transition> = fc.oneof(
  fc.integer({ min: 0, max: 150 }).map(
    (i): Transition =>
      (now) =>
        addNode(now, node(`n${i}`)),
  ),
  fc.nat({ max: 3 }).map(
    (i): Transition =>
      (now) => {
        const placement = ['ab', 'bc'].map((names) => [...names]);
        const spec = newCollection(`c${i}`, placement);
        if (now.collections.has(spec.id)) return { kind: 'unchanged', topology: now };
        return createCollection(now, spec);
      },
  ),
  fc.nat({ max: 3 }).map(
    (i): Transition =>
      (now) =>
        dropCollection(now, `c${i}`),
  ),
  fc.record({ partition: fc.nat({ max: 127 }), name: fc.constantFrom('a', 'b', 'c') }).map(
    ({ partition, name }): Transition =>
      (now) => {
        const collectionId = [...now.collections.keys()][0];
        if (collectionId === undefined) return { kind: 'unchanged', topology: now };
        const ref = { collectionId, partition, nodeId: nodeId(name) };
        return setReplicaState(now, ref, 'recovering');
      },
  ),
);

describe('a topology in parts', () => {
  it('is after any changes what was put in force last, and its parts are those it names', () => {
    fc.assert(
      fc.property(fc.array(arbitraryTransition, { maxLength: 30 }), (transitions) => {
        const cells = new Cells();
        let topology = cluster(128);
        cells.apply(changeTopology(undefined, topology, 'first'));
        transitions.forEach((transition, i) => {
          const result = transition(topology);
          if (result.kind !== 'changed') return;
          topology = forgotten(result.topology);
          cells.apply(changeTopology(parseRoot(cells.rootText), topology, `change-${i}`));
          expect(cells.read()).toEqual(topology);
          const named = parseRoot(cells.rootText).parts.map(({ key }) => key);
          expect([...cells.texts.keys()].sort()).toEqual(named.sort());
        });
      }),
      { numRuns: 50 },
    );
  });

  it('writes one block of partitions when one replica set changes', () => {
    const topology = cluster(4096);
    const { root } = changeTopology(undefined, topology, 'first');
    const [collectionId] = topology.collections.keys();
    if (collectionId === undefined) throw new Error('no collection');
    const ref = { collectionId, partition: 100, nodeId: nodeId('b') };
    const next = expectChanged(setReplicaState(topology, ref, 'recovering'));
    const { puts, deletes } = changeTopology(root, next, 'second');
    expect([...puts.keys()]).toEqual([`partitions/${collectionId}/1@second`]);
    expect(deletes).toEqual([`partitions/${collectionId}/1@first`]);
  });

  it('is refused by name when a part is lost or damaged, and when the root is none', () => {
    const { root, puts } = changeTopology(undefined, cluster(2), 's');
    const key = 'nodes/0@s';
    const lost = new Map([...puts].filter(([name]) => name !== key));
    expect(() => assembleTopology(root, lost)).toThrow('part nodes/0 is lost');
    const damaged = new Map([...puts, [key, '[]'] as const]);
    expect(() => assembleTopology(root, damaged)).toThrow('part nodes/0 is damaged');
    expect(() => parseRoot('{')).toThrow(MalformedTopology);
    expect(() => parseRoot('{"format":2}')).toThrow('format 2; this release reads 1');
    expect(() => parseRoot('{"format":1}')).toThrow('lacks fields');
  });
});

/** Without the collections that are dropped. */
function forgotten(topology: Topology): Topology {
  let next = topology;
  for (const { id, state } of topology.collections.values()) {
    if (state === 'dropping') next = expectChanged(forgetCollection(next, id));
  }
  return next;
}
