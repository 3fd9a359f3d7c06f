import { expect, test } from 'vitest';
import { ReconnectBackoff } from '../../../../src/coordinator/transport/reconnect-backoff.js';

const options = { delayMsMin: 100, delayMsMax: 500, factor: 2 };

test('doubles from the shortest delay up to the longest, and begins again when reset', () => {
  const backoff = new ReconnectBackoff({ next: () => 0 }, options);
  const delays = Array.from({ length: 5 }, () => backoff.next());
  expect(delays).toEqual([100, 200, 400, 500, 500]);
  backoff.reset();
  expect(backoff.next()).toBe(100);
});

test('chance shortens a delay by a quarter at most', () => {
  const backoff = new ReconnectBackoff({ next: () => 1 }, options);
  expect([backoff.next(), backoff.next()]).toEqual([75, 150]);
});
