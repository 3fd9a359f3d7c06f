import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectionId, nodeId } from '../../../../src/base/ids.js';
import { seededRandom, shuffle } from '../../../../src/base/random.js';
import { countMoves } from '../../../../src/coordinator/topology/placement-diff.js';
import {
  KEPT_EPSILON,
  LOAD_EPSILON,
} from '../../../../src/coordinator/topology/placement-shares.js';
import {
  defaultPartitionCount,
  defaultReplicationFactor,
  type Placement,
  placePartitions,
} from '../../../../src/coordinator/topology/ring-placement.js';
import { arbitraryNodes, equalNodes, loadsOf, place, placedNew } from './placement-kit.js';

/** The spread of a partition's copies over zones is as even as the zones' sizes allow. */
function zoneSpreadIsEven(placement: Placement, zoneOf: Map<string, string>): boolean {
  const zones = [...new Set(zoneOf.values())];
  const sizeOf = (zone: string) => [...zoneOf.values()].filter((z) => z === zone).length;
  return placement.every((held) => {
    const count = (zone: string) => held.filter((node) => zoneOf.get(node) === zone).length;
    return zones.every((zone) =>
      zones.every((other) => count(zone) <= count(other) + 1 || count(other) === sizeOf(other)),
    );
  });
}

/** From 1 to 64, with all around the powers of two, where shares change most. */
const clusterSizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64];

describe('placePartitions', () => {
  it('gives each partition as many distinct nodes as asked, whatever zones and weights are', () => {
    fc.assert(
      fc.property(arbitraryNodes, fc.nat({ max: 5 }), fc.nat({ max: 15 }), (nodes, bits, rf) => {
        const replicationFactor = 1 + (rf % nodes.length);
        const placement = place({ partitionCount: 2 ** bits, replicationFactor, nodes });
        const zoneOf = new Map(nodes.map((node) => [node.nodeId as string, node.zone]));
        expect(placement).toHaveLength(2 ** bits);
        for (const held of placement) expect(new Set(held).size).toBe(replicationFactor);
        expect(zoneSpreadIsEven(placement, zoneOf)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the order in which nodes are named', () => {
    fc.assert(
      fc.property(arbitraryNodes, fc.nat(), (nodes, seed) => {
        const replicationFactor = defaultReplicationFactor(nodes.length);
        const request = { partitionCount: 16, replicationFactor };
        const shuffled = shuffle(seededRandom(seed), [...nodes]);
        expect(place({ ...request, nodes: shuffled })).toEqual(place({ ...request, nodes }));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [4, 1, 3],
    [4, 3, 3],
    [2, 1, 2],
    [8, 2, 5],
    [64, 1, 64],
  ])('%i partitions x %i on %i nodes: whole numbers around the mean', (count, rf, nodeCount) => {
    const nodes = equalNodes(nodeCount);
    for (let i = 0; i < 8; i += 1) {
      const placement = place({ id: `c${i}`, partitionCount: count, replicationFactor: rf, nodes });
      const loads = loadsOf(placement, nodes);
      const mean = (count * rf) / nodeCount;
      expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil(mean));
      expect(Math.min(...loads)).toBeGreaterThanOrEqual(1);
    }
  });

  it.each([1, 2, 3])(
    'keeps %i copies within the bounds, and no node empty, for 1..64 nodes',
    (rf) => {
      for (const nodeCount of clusterSizes.filter((size) => size >= rf)) {
        const nodes = equalNodes(nodeCount);
        const partitionCount = defaultPartitionCount(nodeCount);
        for (const count of [partitionCount, partitionCount * 4]) {
          const loads = loadsOf(
            place({ partitionCount: count, replicationFactor: rf, nodes }),
            nodes,
          );
          const mean = (count * rf) / nodeCount;
          expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil((1 + LOAD_EPSILON) * mean));
          expect(Math.min(...loads)).toBeGreaterThanOrEqual(Math.max(1, Math.floor(mean / 2)));
        }
      }
    },
  );

  it('gives a node of twice the weight about twice the replicas', () => {
    const nodes = equalNodes(6).map((node, i) => ({ ...node, weight: i < 2 ? 2 : 1 }));
    const loads = loadsOf(place({ partitionCount: 512, replicationFactor: 2, nodes }), nodes);
    loads.forEach((load, i) => {
      const target = (1024 * (i < 2 ? 2 : 1)) / 8;
      expect(load).toBeLessThanOrEqual(target * (1 + LOAD_EPSILON));
      expect(load).toBeGreaterThanOrEqual(target * (1 - LOAD_EPSILON));
    });
  });

  it('spreads many collections of one partition over all nodes', () => {
    const nodes = equalNodes(5);
    const all = Array.from({ length: 300 }, (_, i) =>
      place({ id: `collection-${i}`, partitionCount: 1, replicationFactor: 1, nodes }).flat(),
    );
    const loads = loadsOf(all, nodes);
    expect(Math.max(...loads) / 60).toBeLessThanOrEqual(1.3);
    expect(Math.min(...loads) / 60).toBeGreaterThanOrEqual(0.7);
  });

  it('refuses more copies than nodes', () => {
    const request = { collectionId: collectionId('c'), partitionCount: 4, replicationFactor: 4 };
    expect(placePartitions({ ...request, nodes: equalNodes(3) })).toEqual({
      kind: 'too_few_nodes',
      nodeCount: 3,
      replicationFactor: 4,
    });
  });
});

describe('moves', () => {
  it('afresh: at most 1.5/(N+1) when a node joins N, with 48 replicas a node and more', () => {
    for (const nodeCount of [3, 8, 21, 40, 63]) {
      const request = { partitionCount: 1024, replicationFactor: 3 };
      const before = place({ ...request, nodes: equalNodes(nodeCount) });
      const after = place({ ...request, nodes: equalNodes(nodeCount + 1) });
      expect(countMoves(before, after)).toBeLessThanOrEqual((1.5 * 3072) / (nodeCount + 1));
    }
  });

  it.each([1, 3])(
    'from what is there: hardly more than the share of the node that joins 1..64',
    (rf) => {
      for (const factor of [1, 4]) {
        for (const nodeCount of clusterSizes.filter((size) => size >= rf)) {
          const count = factor * defaultPartitionCount(nodeCount + 1);
          const request = { partitionCount: count, replicationFactor: rf };
          const before = placedNew({ ...request, nodes: equalNodes(nodeCount) });
          const nodes = equalNodes(nodeCount + 1);
          const after = place({ ...request, nodes, current: before });
          const share = (count * rf) / (nodeCount + 1);
          expect(countMoves(before, after)).toBeLessThanOrEqual(1.1 * share);
          expect(loadsOf(after, nodes).at(-1)).toBeGreaterThanOrEqual(Math.floor(share));
          expect(Math.max(...loadsOf(after, nodes))).toBeLessThanOrEqual(
            Math.max(Math.ceil(share), Math.floor((1 + KEPT_EPSILON) * share)),
          );
        }
      }
    },
  );

  it('from what is there: growing node by node from 1 to 24 stays balanced', () => {
    let current = placedNew({ partitionCount: 64, replicationFactor: 1, nodes: equalNodes(1) });
    for (let nodeCount = 2; nodeCount <= 24; nodeCount += 1) {
      const nodes = equalNodes(nodeCount);
      const next = place({ partitionCount: 64, replicationFactor: 1, nodes, current });
      expect(countMoves(current, next)).toBeLessThanOrEqual(64 / nodeCount);
      const loads = loadsOf(next, nodes);
      expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil(1.1 * (64 / nodeCount)));
      current = next;
    }
  });

  it('from what is there: when a node goes, what it held moves and hardly more', () => {
    const nodes = equalNodes(9);
    const before = placedNew({ partitionCount: 128, replicationFactor: 3, nodes });
    const left = nodes.filter((node) => node.nodeId !== nodeId('node-4'));
    const held = before.filter((on) => on.includes(nodeId('node-4'))).length;
    const after = place({
      partitionCount: 128,
      replicationFactor: 3,
      nodes: left,
      current: before,
    });
    expect(after.flat()).not.toContain('node-4');
    expect(countMoves(before, after)).toBeGreaterThanOrEqual(held);
    expect(countMoves(before, after)).toBeLessThanOrEqual(held * 1.1);
  });

  it('from what is there: more copies are added, and nothing moves for them', () => {
    for (let i = 0; i < 300; i += 1) {
      const request = { id: `collection-${i}`, partitionCount: 4, nodes: equalNodes(3) };
      const before = placedNew({ ...request, replicationFactor: 1 });
      const after = place({ ...request, replicationFactor: 2, current: before });
      expect(countMoves(before, after)).toBe(4);
    }
  });

  it('from what is there: nothing moves when nothing changed', () => {
    fc.assert(
      fc.property(arbitraryNodes, fc.nat({ max: 4 }), (nodes, bits) => {
        const replicationFactor = defaultReplicationFactor(nodes.length);
        const request = { partitionCount: 2 ** bits, replicationFactor, nodes };
        const before = placedNew(request);
        expect(place({ ...request, current: before })).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });
});

describe('defaults', () => {
  it('partitions: the smallest power of two that gives every node one', () => {
    const counts = [1, 2, 3, 4, 5, 8, 9, 64, 65, 5000].map(defaultPartitionCount);
    expect(counts).toEqual([1, 2, 4, 4, 8, 8, 16, 64, 128, 4096]);
  });

  it('copies: three, or one on each node', () => {
    expect([1, 2, 3, 4, 64].map(defaultReplicationFactor)).toEqual([1, 2, 3, 3, 3]);
  });
});
