import { describe, expect, it } from 'vitest';
import { ExactSearches } from '../../../shards/exact-searches.js';
import { collectionId } from '../../../src/base/ids.js';

const small = { collection: collectionId('small') };
const large = { collection: collectionId('large') };

function learned(): ExactSearches {
  const searches = new ExactSearches(3);
  for (let i = 0; i < 50; i += 1) {
    for (const [collection, tookMs] of [[small, 2] as const, [large, 400] as const]) {
      searches.tryBegin(collection, Number.POSITIVE_INFINITY, 0);
      searches.ended(collection, tookMs);
    }
  }
  return searches;
}

describe('ExactSearches', () => {
  it('refuses one too many', () => {
    const searches = new ExactSearches(2);
    expect(searches.tryBegin(small, 1e6, 0)).toBeUndefined();
    expect(searches.tryBegin(small, 1e6, 0)).toBeUndefined();
    expect(searches.tryBegin(small, 1e6, 0)?.retryAfterMs).toBeGreaterThan(0);
    searches.cancelled();
    expect(searches.tryBegin(small, 1e6, 0)).toBeUndefined();
  });

  it('refuses what its collection is too large for, by the times of that collection', () => {
    const searches = learned();
    searches.tryBegin(small, 1e6, 0);
    expect(searches.tryBegin(large, 100, 0)?.detail).toMatch(/by its deadline/);
    expect(searches.tryBegin(small, 100, 0)).toBeUndefined();
    expect(searches.tryBegin(large, 1_000, 0)).toBeUndefined();
  });

  it('takes any while none is under way', () => {
    expect(learned().tryBegin(large, 1, 0)).toBeUndefined();
  });
});
