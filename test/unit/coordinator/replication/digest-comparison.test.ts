import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIGEST_BUCKET_COUNT } from '../../../../src/base/hash64.js';
import { nodeId } from '../../../../src/base/ids.js';
import {
  type ReplicaDigest,
  summarize,
} from '../../../../src/coordinator/replication/digest-comparison.js';

/** A replica whose buckets are 0 but for those that are given. */
function replica(name: string, buckets: Record<number, bigint> = {}): ReplicaDigest {
  const digest = new BigUint64Array(DIGEST_BUCKET_COUNT);
  for (const [bucket, value] of Object.entries(buckets)) digest[Number(bucket)] = value;
  return { nodeId: nodeId(name), documentCount: 7, digest };
}

function oddOnes(digests: ReplicaDigest[], among?: Set<number>): number[] {
  return summarize(digests, among).replicas.map(({ bucketsDiffering }) => bucketsDiffering);
}

describe('digests of one partition', () => {
  it('agree when all buckets are the same, the last one included', () => {
    const summary = summarize([replica('a', { 1023: 5n }), replica('b', { 1023: 5n })]);
    expect(summary.differing.size).toBe(0);
    expect(oddOnes([replica('a', { 1023: 5n }), replica('b')])).not.toEqual([0, 0]);
  });

  it('name the one that differs from most', () => {
    const digests = [replica('a'), replica('b', { 3: 1n, 1023: 2n }), replica('c')];
    expect([...summarize(digests).differing]).toEqual([3, 1023]);
    expect(oddOnes(digests)).toEqual([0, 2, 0]);
  });

  it('of two, take the first for what is usual', () => {
    expect(oddOnes([replica('a', { 0: 1n }), replica('b')])).toEqual([0, 1]);
  });

  it('are looked at in some buckets only, when asked', () => {
    const digests = [replica('a'), replica('b', { 3: 1n, 9: 2n }), replica('c')];
    const summary = summarize(digests, new Set([9, 10]));
    expect([...summary.differing]).toEqual([9]);
    expect(oddOnes(digests, new Set([9, 10]))).toEqual([0, 1, 0]);
  });

  it('of a single replica, or of none, have nothing to differ from', () => {
    expect(summarize([replica('a', { 1: 1n })]).differing.size).toBe(0);
    expect(summarize([])).toEqual({ differing: new Set(), replicas: [] });
  });

  it('differ exactly where two of them hold different values', () => {
    const bucket = fc.integer({ min: 0, max: DIGEST_BUCKET_COUNT - 1 });
    const buckets = fc.dictionary(bucket.map(String), fc.bigInt({ min: 0n, max: 3n }));
    fc.assert(
      fc.property(fc.array(buckets, { maxLength: 4 }), (drawn) => {
        const digests = drawn.map((values, i) => replica(`n${i}`, values));
        const naive: number[] = [];
        for (let i = 0; i < DIGEST_BUCKET_COUNT; i += 1) {
          if (new Set(digests.map(({ digest }) => digest[i])).size > 1) naive.push(i);
        }
        expect([...summarize(digests).differing]).toEqual(naive);
      }),
      { numRuns: 50 },
    );
  });
});
