/**
 * The golden file was written by another process. Which partition a document belongs to is part of
 * the data format: a release that computes it differently loses sight of what is stored, so that
 * half of the file never changes. Placements are stored when made; a change of theirs moves nothing
 * by itself, but has to be meant.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hash64, partitionOf } from '../../../../src/base/hash64.js';
import { nodeId } from '../../../../src/base/ids.js';
import type {
  Placement,
  PlacementNode,
} from '../../../../src/coordinator/topology/ring-placement.js';
import { equalNodes, place } from './placement-kit.js';

interface Golden {
  partitionDigest: Record<string, string>;
  placements: Record<string, Placement>;
}

const golden = JSON.parse(
  readFileSync(new URL('./ring-placement.golden.json', import.meta.url), 'utf8'),
) as Golden;

/** Of the partitions of 10,000 ids: one hash over all of them, in order. */
function partitionDigest(partitionCount: number): string {
  let text = '';
  for (let i = 0; i < 10_000; i += 1) text += `${partitionOf(`document ${i} é`, partitionCount)},`;
  return hash64(text).toString(16);
}

const unequalNodes: PlacementNode[] = ['red', 'green', 'blue', 'cyan', 'pink'].map((name, i) => ({
  nodeId: nodeId(name),
  zone: `rack-${i % 3}`,
  weight: i === 0 ? 2 : 1,
}));

const placements: Record<string, () => Placement> = {
  '4 x 1 on 3': () => place({ partitionCount: 4, replicationFactor: 1, nodes: equalNodes(3) }),
  '8 x 3 on 7': () => place({ partitionCount: 8, replicationFactor: 3, nodes: equalNodes(7) }),
  '16 x 2 on 5 unequal': () =>
    place({ partitionCount: 16, replicationFactor: 2, nodes: unequalNodes }),
  '8 x 2 on 5, grown from 4': () => {
    const request = { partitionCount: 8, replicationFactor: 2 };
    const current = place({ ...request, nodes: equalNodes(4) });
    return place({ ...request, nodes: equalNodes(5), current });
  },
};

describe('the golden file', () => {
  it.each(Object.keys(golden.partitionDigest))('10,000 ids over %s partitions', (count) => {
    expect(partitionDigest(Number(count))).toBe(golden.partitionDigest[count]);
  });

  it.each(Object.keys(placements))('partitions x copies on nodes: %s', (name) => {
    expect(placements[name]?.()).toEqual(golden.placements[name]);
  });
});
