import { describe, expect, it } from 'vitest';
import { limitText, meets } from '../../../../bench/targets/target-row.js';

describe('a target', () => {
  it('is met at its limit and on the good side of it', () => {
    expect([0.84, 0.85, 2].map((value) => meets(value, { min: 0.85 }))).toEqual([
      false,
      true,
      true,
    ]);
    expect([2.6, 2.5, 0].map((value) => meets(value, { max: 2.5 }))).toEqual([false, true, true]);
  });

  it('is never met by what was not measured', () => {
    expect(meets(Number.NaN, { min: 0 })).toBe(false);
    expect(meets(Number.NaN, { max: 1 })).toBe(false);
  });

  it('says its limit with the unit', () => {
    expect(limitText({ min: 0.85 }, 'T')).toBe('>= 0.85 T');
    expect(limitText({ max: 60 }, 'us')).toBe('<= 60 us');
  });
});
