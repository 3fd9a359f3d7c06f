import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareHits, type Rankable } from '../../../../src/base/hit-order.js';
import { mergeTopK } from '../../../../src/coordinator/search/merge-top-k.js';

const hit = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  distance: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
  version: fc.bigInt({ min: 1n, max: 4n }),
});
/** As a node answers: in order, one hit per id. */
const list = fc
  .uniqueArray(hit, { selector: (h) => h.id, maxLength: 8 })
  .map((hits) => hits.sort(compareHits));

/** Concatenate, keep the newest of each id, sort, cut. */
function naiveMerge(lists: Rankable[][], k: number): Rankable[] {
  const newest = new Map<string, Rankable>();
  for (const h of lists.flat()) {
    const known = newest.get(h.id);
    if (known === undefined || h.version > known.version) newest.set(h.id, h);
  }
  return [...newest.values()].sort(compareHits).slice(0, k);
}

describe('mergeTopK', () => {
  it('equals concatenating, keeping the newest of each id, sorting and cutting', () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 6 }), fc.integer({ min: 1, max: 12 }), (lists, k) => {
        expect(mergeTopK(lists, k)).toEqual(naiveMerge(lists, k));
      }),
    );
  });

  it('breaks ties of distance by id', () => {
    const a = { id: 'a', distance: 1, version: 1n };
    const b = { id: 'b', distance: 1, version: 1n };
    expect(mergeTopK([[b], [a]], 2)).toEqual([a, b]);
  });

  it('of one document in two partitions keeps the newer version, though it is farther', () => {
    const old = { id: 'a', distance: 0.1, version: 1n };
    const fresh = { id: 'a', distance: 0.9, version: 2n };
    expect(mergeTopK([[old], [fresh]], 10)).toEqual([fresh]);
  });
});
