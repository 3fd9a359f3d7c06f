import fc from 'fast-check';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import type { Topology } from '../../../../src/coordinator/topology/topology.js';
import type {
  NewCollection,
  TransitionResult,
} from '../../../../src/coordinator/topology/topology-transitions.js';

export function node(name: string) {
  return { nodeId: nodeId(name), address: `${name}:7701`, zone: `zone-${name}`, weight: 1 };
}

export function newCollection(
  name: string,
  placement: readonly (readonly string[])[],
): NewCollection {
  return {
    id: collectionId(`id-${name}`),
    name,
    dimension: 3,
    metric: 'cosine',
    m: 16,
    efConstruction: 128,
    replicationFactor: placement[0]?.length ?? 1,
    placement: placement as readonly (readonly NodeId[])[],
    createdAtMs: 1_700_000_000_000,
  };
}

/** The next topology; fails the test when the transition was refused. */
export function expectChanged(result: TransitionResult): Topology {
  if (result.kind === 'changed') return result.topology;
  throw new Error(`${result.kind} ${'message' in result ? result.message : ''}`);
}

export const arbitraryNodeNames: fc.Arbitrary<string[]> = fc.uniqueArray(
  fc.stringMatching(/^[a-z][a-z0-9]{0,3}$/),
  { minLength: 1, maxLength: 6 },
);
