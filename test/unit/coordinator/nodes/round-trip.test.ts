import { expect, it } from 'vitest';
import { RoundTrip } from '../../../../src/coordinator/nodes/round-trip.js';

it('is the shortest of the last heartbeats, and 0 while nothing is known', () => {
  const trip = new RoundTrip();
  expect(trip.leastMs).toBe(0);
  for (const tookMs of [30, 12, 40]) trip.answered(tookMs);
  expect(trip.leastMs).toBe(12);
  for (let i = 0; i < 16; i += 1) trip.answered(50);
  expect(trip.leastMs).toBe(50);
  trip.reset();
  expect(trip.leastMs).toBe(0);
});
