import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultEfSearch } from '../../../../src/coordinator/search/default-ef-search.js';

const anyTopK = fc.integer({ min: 1, max: 10_000 });
const anyPartitionCount = fc.integer({ min: 0, max: 12 }).map((power) => 2 ** power);

describe('the default of ef_search', () => {
  it.each([
    [10, 1, 200],
    [10, 2, 127],
    [10, 4, 81],
    [10, 8, 52],
    [10, 16, 33],
    [100, 1, 390],
    [100, 8, 101],
    [100, 16, 100],
    [1000, 1, 1390],
    [1000, 2, 1000],
  ])('of %i hits over %i partitions is the %i that was measured', (topK, partitions, ef) => {
    expect(defaultEfSearch(topK, partitions)).toBe(ef);
  });

  it('is a whole number, at least as many as the hits wanted and at most 11,000', () => {
    fc.assert(
      fc.property(anyTopK, anyPartitionCount, (topK, partitionCount) => {
        const ef = defaultEfSearch(topK, partitionCount);
        expect(Number.isInteger(ef)).toBe(true);
        expect(ef).toBeGreaterThanOrEqual(topK);
        expect(ef).toBeLessThanOrEqual(11_000);
      }),
    );
  });

  it('falls with more partitions and rises with more hits', () => {
    fc.assert(
      fc.property(anyTopK, anyPartitionCount, (topK, partitionCount) => {
        const ef = defaultEfSearch(topK, partitionCount);
        expect(defaultEfSearch(topK, 2 * partitionCount)).toBeLessThanOrEqual(ef);
        expect(defaultEfSearch(topK + 1, partitionCount)).toBeGreaterThanOrEqual(ef);
      }),
    );
  });

  it('gives one hit the candidates of ten: the nearest is the one that must not be missed', () => {
    expect(defaultEfSearch(1, 1)).toBe(191);
  });
});
