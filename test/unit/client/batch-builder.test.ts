import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../src/client/batch-builder.js';

function cut(sizes: number[], documentCount: number, bytes: number): number[][] {
  const builder = new BatchBuilder<{ byteCount: number }>({ documentCount, bytes });
  const batches = sizes.flatMap((byteCount) => builder.add({ byteCount }));
  const rest = builder.flush();
  if (rest !== undefined) batches.push(rest);
  return batches.map((batch) => batch.map(({ byteCount }) => byteCount));
}

describe('BatchBuilder', () => {
  it('cuts by count', () => {
    expect(cut([1, 1, 1, 1, 1], 2, 100)).toEqual([[1, 1], [1, 1], [1]]);
  });

  it('cuts by bytes, filling a batch exactly when it can', () => {
    expect(cut([40, 60, 1], 10, 100)).toEqual([[40, 60], [1]]);
    expect(cut([40, 61, 1], 10, 100)).toEqual([[40], [61, 1]]);
  });

  it('gives a document that is too large a batch of its own', () => {
    expect(cut([1, 500, 1], 10, 100)).toEqual([[1], [500], [1]]);
  });

  it('has nothing to flush when nothing was added', () => {
    expect(new BatchBuilder({ documentCount: 1, bytes: 1 }).flush()).toBeUndefined();
  });

  it('keeps every document, in order, in batches within both limits that could not be merged', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 150 }));
    const count = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(sizes, count, (given, documentCount) => {
        const batches = cut(given, documentCount, 100);
        const sum = (batch: number[]) => batch.reduce((a, b) => a + b, 0);
        expect(batches.flat()).toEqual(given);
        for (const [i, batch] of batches.entries()) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(documentCount);
          if (batch.length > 1) expect(sum(batch)).toBeLessThanOrEqual(100);
          const next = batches[i + 1]?.[0];
          if (next === undefined) continue;
          expect(batch.length === documentCount || sum(batch) + next > 100).toBe(true);
        }
      }),
    );
  });
});
