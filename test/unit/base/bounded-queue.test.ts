import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../../src/base/bounded-queue.js';
import { InvariantViolation } from '../../../src/base/invariant.js';

describe('BoundedQueue', () => {
  it('does what an array with a limit does', () => {
    // Runs of pushes and shifts, long enough to pass the queue's inner compaction.
    const run = fc.record({ isPush: fc.boolean(), count: fc.nat({ max: 1500 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.array(run, { maxLength: 12 }),
        (cap, runs) => {
          const queue = new BoundedQueue<number>(cap);
          let twin: number[] = [];
          let pushed = 0;
          for (const { isPush, count } of runs) {
            if (isPush) {
              for (let i = 0; i < count; i += 1) {
                const hasRoom = twin.length < cap;
                if (queue.push(pushed) !== hasRoom) throw new Error('push disagrees');
                if (hasRoom) twin.push(pushed);
                pushed += 1;
              }
            } else {
              const expected = twin.slice(0, count);
              twin = twin.slice(count);
              const got = Array.from({ length: count }, () => queue.shift());
              expect(got.slice(0, expected.length)).toEqual(expected);
              expect(got.slice(expected.length).every((item) => item === undefined)).toBe(true);
            }
            expect(queue.length).toBe(twin.length);
            expect(queue.peek()).toBe(twin[0]);
            expect(queue.isFull).toBe(twin.length >= cap);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([0, -1, Number.NaN])('refuses a capacity of %s', (capacity) => {
    expect(() => new BoundedQueue(capacity)).toThrow(InvariantViolation);
  });
});
