import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { seededRandom } from '../../../../src/base/random.js';
import { createPickers } from '../../../../src/coordinator/balancing/pickers.js';
import {
  type Candidate,
  policyOfRequest,
} from '../../../../src/coordinator/balancing/replica-picker.js';

const candidates = (...loads: number[]): Candidate[] =>
  loads.map((load, i) => ({ nodeId: nodeId(`n${i}`), load, latencyMs: 1, weight: 1 }));
const pickers = (seed: number) => createPickers(seededRandom(seed));
const anyone = { partition: 0, routingKey: '' };

function countPicks(pick: () => Candidate, times: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i += 1) {
    const { nodeId: id } = pick();
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

describe('every policy', () => {
  it('names one of the candidates', () => {
    const candidate = fc.record({
      load: fc.nat(100),
      latencyMs: fc.option(fc.double({ min: 0, max: 1e4, noNaN: true }), { nil: undefined }),
      weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
    });
    const all = Object.values(pickers(3));
    fc.assert(
      fc.property(
        fc.array(candidate, { minLength: 1, maxLength: 6 }),
        fc.string({ maxLength: 3 }),
        (list, routingKey) => {
          const named = list.map((c, i) => ({ ...c, nodeId: nodeId(`n${i}`) }));
          for (const picker of all) {
            expect(named).toContain(picker.pick(named, { partition: 1, routingKey }));
          }
        },
      ),
    );
  });
});

describe('least_outstanding', () => {
  it('always takes a candidate with the least load', () => {
    const picker = pickers(1).least_outstanding;
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }), (loads) => {
        expect(picker.pick(candidates(...loads), anyone).load).toBe(Math.min(...loads));
      }),
    );
  });

  it('takes each of equals equally often', () => {
    const picker = pickers(2).least_outstanding;
    const counts = countPicks(() => picker.pick(candidates(1, 1, 1), anyone), 30_000);
    for (const count of Object.values(counts)) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});

describe('peak_ewma', () => {
  it('takes the cheaper of two, and never the dearest of three', () => {
    const picker = pickers(4).peak_ewma;
    const list = candidates(0, 0, 0).map((c, i) => ({ ...c, latencyMs: [1, 5, 100][i] }));
    const counts = countPicks(() => picker.pick(list, anyone), 3_000);
    expect(counts.n2).toBeUndefined();
    expect(counts.n0).toBeGreaterThan(1_800);
  });

  it('gives a node that never answered one request, and no second', () => {
    const picker = pickers(5).peak_ewma;
    const list = (load: number) =>
      candidates(3, load).map((c, i) => ({ ...c, latencyMs: i === 1 ? undefined : 50 }));
    expect(picker.pick(list(0), anyone).nodeId).toBe('n1');
    expect(picker.pick(list(1), anyone).nodeId).toBe('n0');
  });
});

describe('round_robin', () => {
  it('takes each in turn, whatever its load', () => {
    const picker = pickers(1).round_robin;
    const picked = [1, 2, 3, 4].map(() => picker.pick(candidates(9, 0, 0), anyone).nodeId);
    expect(picked).toEqual(['n0', 'n1', 'n2', 'n0']);
  });
});

describe('weighted', () => {
  it('takes nodes in proportion to their weights', () => {
    const picker = pickers(6).weighted;
    const list = candidates(0, 0).map((c, i) => ({ ...c, weight: i === 0 ? 3 : 1 }));
    const counts = countPicks(() => picker.pick(list, anyone), 40_000);
    expect(Math.abs((counts.n0 ?? 0) - 30_000)).toBeLessThan(600);
  });
});

describe('client_hash', () => {
  const picker = pickers(7).client_hash;
  const pick = (list: Candidate[], routingKey: string) =>
    picker.pick(list, { partition: 0, routingKey }).nodeId;

  it('takes one key to one node, and spreads keys evenly', () => {
    const counts: Record<string, number> = {};
    for (let key = 0; key < 3_000; key += 1) {
      const chosen = pick(candidates(0, 0, 0), `key ${key}`);
      expect(pick(candidates(0, 0, 0), `key ${key}`)).toBe(chosen);
      counts[chosen] = (counts[chosen] ?? 0) + 1;
    }
    for (const count of Object.values(counts)) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it('moves only the keys of a node that is gone', () => {
    for (let key = 0; key < 200; key += 1) {
      const before = pick(candidates(0, 0, 0), `key ${key}`);
      if (before !== 'n2') expect(pick(candidates(0, 0), `key ${key}`)).toBe(before);
    }
  });

  it('leaves a node that has much more than its share, and comes back', () => {
    const key = Array.from({ length: 50 }, (_, i) => `key ${i}`).find(
      (name) => pick(candidates(0, 0, 0), name) === 'n0',
    ) as string;
    expect(pick(candidates(50, 2, 2), key)).not.toBe('n0');
    expect(pick(candidates(3, 2, 2), key)).toBe('n0');
    expect(pick(candidates(50, 50, 50), key)).toBe('n0');
  });

  it('balances by load where there is no key', () => {
    expect(pick(candidates(4, 0, 4), '')).toBe('n1');
  });
});

describe('policyOfRequest', () => {
  it('is what the request says, or what its key wants, or what its collection has', () => {
    expect(policyOfRequest('weighted', 'key', 'peak_ewma')).toBe('weighted');
    expect(policyOfRequest('', 'key', 'peak_ewma')).toBe('client_hash');
    expect(policyOfRequest('', '', 'peak_ewma')).toBe('peak_ewma');
  });
});
