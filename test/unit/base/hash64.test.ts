import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DIGEST_BUCKET_COUNT,
  digestBucketOfHash,
  hash64,
  hash64Bytes,
  MAX_PARTITION_BITS,
  partitionOf,
  partitionOfHash,
} from '../../../src/base/hash64.js';
import { InvariantViolation } from '../../../src/base/invariant.js';

describe('hash64', () => {
  it.each([
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['as', 0x1c330fb2d66be179n],
    ['asd', 0x631c37ce72a97393n],
    ['asdf', 0x415872f599cea71en],
    ['abc', 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
    ['Call me Ishmael. Some years ago--never mind how long precisely-', 0x02a2e85470d6fd96n],
  ])('of %j is what xxHash64 with seed 0 gives', (text, hash) => {
    expect(hash64(text)).toBe(hash);
  });

  it('of a text is that of its UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(hash64Bytes(Buffer.from(text))).toBe(hash64(text));
      }),
    );
  });
});

describe('partitionOf', () => {
  const anyHash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const anyBits = fc.nat({ max: MAX_PARTITION_BITS });

  it('is within the count, and 0 when there is one partition', () => {
    fc.assert(
      fc.property(anyHash, anyBits, (hash, bits) => {
        const partition = partitionOfHash(hash, 2 ** bits);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(2 ** bits);
        expect(partitionOfHash(hash, 1)).toBe(0);
      }),
    );
  });

  it('n becomes 2n or 2n + 1 when the count doubles', () => {
    fc.assert(
      fc.property(anyHash, fc.nat({ max: MAX_PARTITION_BITS - 1 }), (hash, bits) => {
        const half = partitionOfHash(hash, 2 ** bits);
        const doubled = partitionOfHash(hash, 2 ** (bits + 1));
        expect(Math.floor(doubled / 2)).toBe(half);
      }),
    );
  });

  it('grows with the hash, so that partitions are ranges of hashes', () => {
    fc.assert(
      fc.property(anyHash, anyHash, anyBits, (a, b, bits) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const count = 2 ** bits;
        expect(partitionOfHash(low, count)).toBeLessThanOrEqual(partitionOfHash(high, count));
      }),
    );
  });

  it('spreads numbered ids evenly', () => {
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i += 1) {
      const partition = partitionOf(`doc-${i}`, 16);
      counts[partition] = (counts[partition] as number) + 1;
    }
    expect(Math.max(...counts)).toBeLessThan(1120);
    expect(Math.min(...counts)).toBeGreaterThan(880);
  });

  it.each([0, 3, -4, 8192, 1.5, Number.NaN])('refuses a count of %s', (count) => {
    expect(() => partitionOf('x', count)).toThrow(InvariantViolation);
  });
});

it('digest buckets are the low bits, so documents of one partition fall into all of them', () => {
  const buckets = new Set<number>();
  for (let i = 0; buckets.size < DIGEST_BUCKET_COUNT && i < 200_000; i += 1) {
    const hash = hash64(`doc-${i}`);
    if (partitionOfHash(hash, 16) === 5) buckets.add(digestBucketOfHash(hash));
  }
  expect(buckets.size).toBe(DIGEST_BUCKET_COUNT);
});
