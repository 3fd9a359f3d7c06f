import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TopK } from '../../../../shards/index/top-k.js';

it('keeps what sorting everything and slicing would', () => {
  const distances = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true })));
  fc.assert(
    fc.property(
      distances,
      fc.integer({ min: 1, max: 30 }),
      fc.infiniteStream(fc.nat()),
      (all, k, at) => {
        const offers = all.map((distance, label) => ({ label, distance: distance + 0 }));
        const top = new TopK(k);
        const shuffled = offers
          .map((offer) => ({ offer, key: at.next().value as number }))
          .sort((a, b) => a.key - b.key);
        for (const { offer } of shuffled) top.offer(offer.distance, offer.label);
        const wanted = offers
          .toSorted((a, b) => a.distance - b.distance || a.label - b.label)
          .slice(0, k);
        if (offers.length >= k) expect(top.worstDistance).toBe(wanted.at(-1)?.distance);
        expect(top.take()).toEqual(wanted);
        expect(top.take()).toEqual([]);
      },
    ),
  );
});

it('takes everything while it is not full, and says so', () => {
  const top = new TopK(3);
  expect(top.worstDistance).toBe(Number.POSITIVE_INFINITY);
  top.offer(Number.POSITIVE_INFINITY, 1);
  top.offer(2, 2);
  expect(top.worstDistance).toBe(Number.POSITIVE_INFINITY);
  expect(top.take().map(({ label }) => label)).toEqual([2, 1]);
});
