import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import { AddressPicker } from '../../../src/client/address-picker.js';

describe('AddressPicker', () => {
  it('spreads calls that end at once evenly, by chance', () => {
    const picker = new AddressPicker(4);
    const random = seededRandom(1);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4_000; i += 1) {
      const index = picker.pick(0, random.next());
      counts[index] = (counts[index] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  });

  it('gives calls to whoever has the fewest under way', () => {
    const picker = new AddressPicker(3);
    for (const index of [0, 0, 1, 2, 2]) picker.begun(index);
    expect(picker.pick(0, 0.9)).toBe(1);
    picker.begun(1);
    picker.ended(2);
    expect(picker.pick(0, 0.9)).toBe(2);
  });

  it('lets one rest that failed, longer each time to a limit, until it has answered', () => {
    const picker = new AddressPicker(2);
    picker.begun(1);
    const restOf = (nowMs: number) => {
      picker.failed(0, nowMs);
      let restMs = 0;
      while (picker.pick(nowMs + restMs, 0) === 1) restMs += 1;
      return restMs;
    };
    const rests: number[] = [];
    for (let nowMs = 0; rests.length < 8; nowMs += 20_000) rests.push(restOf(nowMs));
    expect(rests).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    picker.answered(0);
    expect(picker.pick(200_001, 0)).toBe(0);
    expect(restOf(300_000)).toBe(100);
  });

  it('counts failures that come together once, and asks who failed longest ago when all have failed', () => {
    const picker = new AddressPicker(2);
    for (let i = 0; i < 50; i += 1) picker.failed(0, 1_000);
    picker.failed(1, 1_050);
    expect(picker.pick(1_060, 0)).toBe(0);
    expect(picker.pick(1_099, 0.99)).toBe(0);
    expect(picker.pick(1_120, 0)).toBe(0);
    picker.failed(0, 1_120);
    expect(picker.pick(1_140, 0)).toBe(1);
  });

  it('finds the one that is back when the other one dies, however long it was to rest', () => {
    const picker = new AddressPicker(2);
    for (let nowMs = 0; nowMs < 20_000; nowMs += 5_000) picker.failed(1, nowMs);
    picker.failed(0, 15_100);
    // Its own rest is over, and the other one's is not.
    expect(picker.pick(15_300, 0)).toBe(1);
  });
});
