/** What `npm run sim:overload` prints, as claims. */
import { describe, expect, it } from 'vitest';
import { schedulerDefaults } from '../../shards/scheduler.js';
import { defaultAdmissionOptions } from '../../src/coordinator/resilience/admission.js';
import { defaultConcurrencyLimitOptions } from '../../src/coordinator/resilience/concurrency-limit.js';
import { type OverloadPhase, type PhaseResult, runOverload } from './overload/overload-sim.js';

const phase = (loadRatio: number, durationMs = 1_000, slowFactor = 1): OverloadPhase => {
  return { loadRatio, durationMs, slowFactor };
};

describe.each([1, 4])('with %i coordinators', (coordinators) => {
  it('answers in time as much as it can do, however much is asked', async () => {
    const ratios = [0.5, 1.2, 3];
    const { phases, ...run } = await runOverload({
      phases: [phase(0.9, 500), ...ratios.map((ratio) => phase(ratio))],
      seed: 1,
      coordinators,
    });
    const measured = phases.slice(1);
    const peak = Math.max(...measured.map(({ goodRatio }) => goodRatio));
    expect(peak).toBeGreaterThan(0.85);
    const overloaded = measured.filter((_, i) => (ratios[i] as number) >= 1);
    for (const { goodRatio } of overloaded) expect(goodRatio).toBeGreaterThan(0.8 * peak);
    // What is taken is done in time; what is not is told so long before.
    for (const { timedOut, offered, p99Ms, refusalP99Ms } of overloaded) {
      expect(timedOut).toBeLessThan(offered * 0.02);
      expect(p99Ms).toBeLessThan(1_000);
      expect(refusalP99Ms).toBeLessThan(1_000);
    }
    const under = measured[0] as PhaseResult;
    expect(under.refused + under.timedOut).toBe(0);
    expect(run.waitingMax).toBeLessThanOrEqual(defaultAdmissionOptions.queueLimit);
    expect(run.nodeQueueMax).toBeLessThanOrEqual(schedulerDefaults.queueLimit);
    expect(run.inFlightMax).toBeLessThanOrEqual(defaultConcurrencyLimitOptions.max);
    expect(run.wastedRatio).toBeLessThan(0.03);
  });
});

it('is as good as before as soon as the overload ends', async () => {
  const { phases } = await runOverload({
    phases: [phase(0.7), phase(3, 2_000), phase(0.7), phase(0.7)],
    seed: 2,
  });
  const after = phases[3] as PhaseResult;
  expect(after.good).toBe(after.offered);
  expect(after.p99Ms).toBeLessThan((phases[0] as PhaseResult).p99Ms * 3 + 20);
});

it('keeps waits short where the overload lasts', async () => {
  const { phases } = await runOverload({ phases: [phase(2, 2_000), phase(2)], seed: 3 });
  expect((phases[1] as PhaseResult).p99Ms).toBeLessThan(400);
});

it('goes on with what is left when a node becomes slow in the middle of it', async () => {
  const { phases } = await runOverload({
    phases: [phase(1.5), phase(1.5, 1_500, 5), phase(0.6)],
    seed: 4,
  });
  // Two nodes and a fifth are left of three.
  expect((phases[1] as PhaseResult).goodRatio).toBeGreaterThan((2.2 / 3) * 0.75);
  const after = phases[2] as PhaseResult;
  expect(after.good / after.offered).toBeGreaterThan(0.97);
});

it('runs the same twice from one seed', async () => {
  const wanted = { phases: [phase(1, 300), phase(2, 300)], seed: 5 };
  expect(await runOverload(wanted)).toEqual(await runOverload(wanted));
});
