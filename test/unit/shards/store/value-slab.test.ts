import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueSlab } from '../../../../shards/store/value-slab.js';

describe('a value slab', () => {
  it('gives each value memory of its own, aligned, in few pieces', () => {
    const sizes = fc.array(fc.oneof(fc.nat(600), fc.nat(600), fc.nat(70_000)), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, (byteCounts) => {
        const take = valueSlab();
        const values = byteCounts.map((byteCount, i) => take(byteCount).fill(i));
        values.forEach((value, i) => {
          expect(value.byteLength).toBe(byteCounts[i]);
          expect(value.byteOffset % 8).toBe(0);
          expect(value.every((byte) => byte === i)).toBe(true);
        });
        const bytes = byteCounts.reduce((sum, byteCount) => sum + byteCount + 8, 0);
        const pieces = new Set(values.filter((v) => v.byteLength > 0).map((v) => v.buffer));
        expect(pieces.size).toBeLessThanOrEqual(1 + Math.ceil((bytes / 65_536) * 2));
      }),
    );
  });
});
