/** What `npm run sim:balancer` prints, as claims: shares and failures, and latencies far apart. */
import { describe, expect, it } from 'vitest';
import { balancingPolicies } from '../../src/coordinator/balancing/replica-picker.js';
import { type BalancerRun, runBalancer } from './balancer/balancer-sim.js';

const RATE = 300;
const DURATION_MS = 3_000;
const run = (wanted: Pick<BalancerRun, 'policy' | 'fault'> & Partial<BalancerRun>) =>
  runBalancer({ coordinators: 1, rate: RATE, durationMs: DURATION_MS, seed: 1, ...wanted });
const faults = ['none', 'slow', 'failing_fast', 'stalling', 'cold'] as const;

describe.each([1, 4])('with %i coordinators', (coordinators) => {
  it.each(balancingPolicies)('%s fails no search, whatever one node does', async (policy) => {
    for (const fault of faults) {
      const { failed, searches } = await run({ policy, fault, coordinators });
      expect({ fault, failed }).toEqual({ fault, failed: 0 });
      expect(searches).toBeGreaterThan((RATE * DURATION_MS) / 1_000 / 2);
    }
  });

  it('spreads over equal nodes evenly', async () => {
    const { skewRatio } = await run({ policy: 'least_outstanding', fault: 'none', coordinators });
    expect(skewRatio).toBeLessThan(1.15);
  });

  it('gives a node that fails fast next to nothing', async () => {
    const result = await run({ policy: 'least_outstanding', fault: 'failing_fast', coordinators });
    expect(result.faultyShareRatio).toBeLessThan(0.03);
    expect(result.probes).toBeGreaterThan(0);
  });

  it('gives a slow node far less than its third, which plain random does not', async () => {
    const least = await run({ policy: 'least_outstanding', fault: 'slow', coordinators });
    const plain = await run({ policy: 'weighted', fault: 'slow', coordinators });
    expect(least.faultyShareRatio).toBeLessThan(0.2);
    expect(least.p50Ms).toBeLessThan(plain.p50Ms);
    // The limit of reads per node keeps plain random from the worst.
    expect(least.p99Ms).toBeLessThan(plain.p99Ms / 2);
  });

  it('waits for no stall', async () => {
    const { p99Ms, p999Ms } = await run({
      policy: 'least_outstanding',
      fault: 'stalling',
      coordinators,
    });
    expect(p99Ms).toBeLessThan(100);
    expect(p999Ms).toBeLessThan(1_000);
  });

  it('waits for no stall for long, even where no hedge may be sent', async () => {
    const { longestMs, failed } = await run({
      ...{ policy: 'least_outstanding', fault: 'stalling', hasBudget: false, coordinators },
      durationMs: 2_000,
    });
    expect(failed).toBe(0);
    expect(longestMs).toBeLessThan(400);
  });

  it('does not flood a cold node', async () => {
    const { faultyShareRatio } = await run({
      policy: 'least_outstanding',
      fault: 'cold',
      coordinators,
    });
    expect(faultyShareRatio).toBeLessThan(0.3);
    expect(faultyShareRatio).toBeGreaterThan(0.05);
  });

  it('keeps hedges of nodes that are up within a tenth of the searches and the reserve', async () => {
    for (const fault of ['none', 'failing_fast'] as const) {
      const { hedges, searches } = await run({ policy: 'weighted', fault, coordinators });
      const seconds = 1 + (DURATION_MS + 1_000) / 1_000;
      const warmUp = RATE * 1.5;
      expect(hedges).toBeLessThanOrEqual(0.1 * (searches + warmUp) + 10 * seconds * coordinators);
    }
  });
});

it('runs the same twice from one seed', async () => {
  const wanted = { policy: 'peak_ewma', fault: 'stalling' } as const;
  expect(await run(wanted)).toEqual(await run(wanted));
});
