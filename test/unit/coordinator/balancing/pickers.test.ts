import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { seededRandom } from '../../../../src/base/random.js';
import { leastOutstandingPicker } from '../../../../src/coordinator/balancing/least-outstanding-picker.js';
import { roundRobinPicker } from '../../../../src/coordinator/balancing/round-robin-picker.js';

const candidates = (...loads: number[]) =>
  loads.map((load, i) => ({ nodeId: nodeId(`n${i}`), load }));

describe('least_outstanding', () => {
  it('always takes a candidate with the least load', () => {
    const picker = leastOutstandingPicker(seededRandom(1));
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }), (loads) => {
        expect(picker.pick(candidates(...loads)).load).toBe(Math.min(...loads));
      }),
    );
  });

  it('takes each of equals equally often', () => {
    const picker = leastOutstandingPicker(seededRandom(2));
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i += 1) {
      const picked = picker.pick(candidates(1, 1, 1)).nodeId;
      const index = Number(picked.slice(1));
      counts[index] = (counts[index] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});

describe('round_robin', () => {
  it('takes each in turn, whatever its load', () => {
    const picker = roundRobinPicker();
    const picked = [1, 2, 3, 4].map(() => picker.pick(candidates(9, 0, 0)).nodeId);
    expect(picked).toEqual(['n0', 'n1', 'n2', 'n0']);
  });
});
