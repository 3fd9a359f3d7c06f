import ConsistentHash from 'consistent-hash';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import {
  controlPoints,
  HashRing,
  POINTS_MAX,
  POINTS_PER_WEIGHT,
  ringKey,
} from '../../../../src/coordinator/topology/hash-ring.js';

const RING_PLACES = 2 ** 29;

/** Where the package puts a key: the first of two nodes whose point is not below it. */
class PackageProbe extends ConsistentHash {
  declare _hash: (key: string) => number;
}
const packageHash = (key: string) => new PackageProbe()._hash(key);

describe('ringKey', () => {
  it('is hashed by the package to the 24 bits that it was made of', () => {
    for (let i = 0; i < 1000; i += 1) {
      const key = ringKey(`k${i}`);
      const bits = [...key].reduce((sum, char) => sum * 16 + char.charCodeAt(0), 0);
      expect(packageHash(key)).toBe(bits);
    }
  });

  it('spreads neighbouring names evenly over the whole ring', () => {
    const bucketCount = 64;
    const keyCount = 6400;
    const buckets = new Array<number>(bucketCount).fill(0);
    for (let i = 0; i < keyCount; i += 1) {
      const place = (packageHash(ringKey(`collection/${i}`)) << 5) % RING_PLACES;
      const bucket = Math.floor((place / RING_PLACES) * bucketCount);
      buckets[bucket] = (buckets[bucket] as number) + 1;
    }
    const mean = keyCount / bucketCount;
    const chiSquare = buckets.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
    // 63 degrees of freedom: 99.9 % of even spreads stay below 103.
    expect(chiSquare).toBeLessThan(103);
  });
});

describe('controlPoints', () => {
  it('lie on the ring, each once, as many as the weight asks for', () => {
    const count = (weight: number) => controlPoints({ nodeId: nodeId('n'), weight }).length;
    expect([0.001, 1, 2.5].map(count)).toEqual([1, POINTS_PER_WEIGHT, POINTS_PER_WEIGHT * 2.5]);
    expect(count(1000)).toBeLessThanOrEqual(POINTS_MAX);
    expect(count(1000)).toBeGreaterThan(POINTS_MAX * 0.99);
    for (const point of controlPoints({ nodeId: nodeId('n'), weight: 1 })) {
      expect(Number.isInteger(point) && point >= 0 && point < RING_PLACES).toBe(true);
    }
  });
});

describe('HashRing', () => {
  const nodes = Array.from({ length: 40 }, (_, i) => ({ nodeId: nodeId(`n${i}`), weight: 1 }));

  it('walks over every node once, in the same order whoever was added first', () => {
    const ring = new HashRing(nodes);
    const reversed = new HashRing([...nodes].reverse());
    for (let i = 0; i < 200; i += 1) {
      const walk = ring.walk(`key ${i}`);
      expect(new Set(walk).size).toBe(40);
      expect(reversed.walk(`key ${i}`)).toEqual(walk);
    }
  });

  it('walks past the others in the same order when a node is left out', () => {
    const ring = new HashRing(nodes);
    const smaller = new HashRing(nodes.slice(1));
    for (let i = 0; i < 50; i += 1) {
      const expected = ring.walk(`key ${i}`).filter((node) => node !== 'n0');
      expect(smaller.walk(`key ${i}`)).toEqual(expected);
    }
  });

  it('gives each of 40 nodes about as many keys as its weight says', () => {
    const ring = new HashRing(nodes);
    const counts = new Map<string, number>();
    for (let i = 0; i < 20_000; i += 1) {
      const first = ring.walk(`doc ${i}`)[0] as string;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    const shares = [...counts.values()].map((n) => n / 500);
    expect(Math.max(...shares)).toBeLessThan(1.3);
    expect(Math.min(...shares)).toBeGreaterThan(0.7);
  });

  it('is empty without nodes', () => {
    expect(new HashRing([]).walk('x')).toEqual([]);
  });
});
