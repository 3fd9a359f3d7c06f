import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../src/base/in-flight.js';

const key = fc.integer({ min: 0, max: 9 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.option(fc.nat()) }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('clear' as const) }),
);

describe('InFlight', () => {
  it('holds what a map would hold, in the same order, null included', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const twin = new Map<number, number | null>();
        const inFlight = new InFlight<number, number | null>();
        for (const one of steps) {
          if (one.kind === 'set') {
            twin.set(one.key, one.value);
            inFlight.set(one.key, one.value);
          } else if (one.kind === 'delete') {
            expect(inFlight.delete(one.key)).toBe(twin.delete(one.key));
          } else {
            twin.clear();
            inFlight.clear();
          }
          expect([...inFlight]).toEqual([...twin]);
          expect(inFlight.size).toBe(twin.size);
        }
        for (let i = 0; i < 10; i += 1) {
          expect(inFlight.has(i)).toBe(twin.has(i));
          expect(inFlight.get(i)).toBe(twin.get(i));
        }
      }),
    );
  });

  it('does not see what is taken off while it is gone through', () => {
    const inFlight = new InFlight<string, string>();
    for (const name of ['a', 'b', 'c']) inFlight.set(name, name);
    const seen: string[] = [];
    for (const [name] of inFlight) {
      seen.push(name);
      inFlight.delete('b');
    }
    expect(seen).toEqual(['a', 'c']);
  });
});
