import { expect, it } from 'vitest';
import { retryAfterMsOf } from '../../../../src/coordinator/search/retry-after.js';

const rejected = (partitions: number[], retryAfterMs: number) => ({
  partitions,
  outcome: 'rejected' as const,
  retryAfterMs,
});

it('is the least that a replica asked for, of the partition for which that is longest', () => {
  const missing = [
    { partition: 0, reason: 'rejected' as const },
    { partition: 1, reason: 'rejected' as const },
  ];
  const attempts = [rejected([0, 1], 400), rejected([0], 30), rejected([1], 90)];
  expect(retryAfterMsOf(missing, attempts)).toBe(90);
});

it('is a guess where no node gave advice, and nothing where none turned work away', () => {
  expect(retryAfterMsOf([{ partition: 0, reason: 'rejected' }], [rejected([0], 0)])).toBe(50);
  expect(retryAfterMsOf([{ partition: 0, reason: 'corrupt' }], [])).toBeUndefined();
});
