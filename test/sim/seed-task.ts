/** One seed of a longer run, and what is told of it: plain data, since it may be run elsewhere. */
import { writeFileSync } from 'node:fs';
import { failureReport } from './failure-report.js';
import type { SimPlan } from './fault-plan.js';
import type { PlantedBug } from './planted-bugs.js';
import { shrinkPlan } from './shrink.js';
import { runSimulation, runTwice, type SimResult } from './simulation.js';

export interface SeedTask {
  plan: SimPlan;
  bug: PlantedBug | undefined;
  isTwice: boolean;
  isShrunk: boolean;
}

export interface SeedOutcome {
  /** What failed; undefined when nothing did. */
  failure: string | undefined;
  /** Requests by how they ended, faults by kind. */
  counts: [string, number][];
  eventCount: number;
  virtualMs: number;
}

export async function runSeedTask({
  plan,
  bug,
  isTwice,
  isShrunk,
}: SeedTask): Promise<SeedOutcome> {
  const result = isTwice ? await runTwice(plan, bug) : await runSimulation(plan, bug);
  const { eventCount, virtualMs, outcomes, firedFaults, shapeChanges, violations } = result;
  const hasFailed = violations.length > 0;
  const shrunk = hasFailed && isShrunk ? await shrunkTo(result, bug) : '';
  const failure = hasFailed ? `${failureReport(result)}\n${shrunk}` : undefined;
  return { failure, counts: [...outcomes, ...firedFaults, ...shapeChanges], eventCount, virtualMs };
}

async function shrunkTo(failed: SimResult, bug: PlantedBug | undefined): Promise<string> {
  const fails = async (plan: SimPlan) => (await runSimulation(plan, bug)).violations.length > 0;
  const smallest = await shrinkPlan(failed.plan, fails);
  const file = `sim-${smallest.seed}.json`;
  writeFileSync(file, `${JSON.stringify(smallest, null, 2)}\n`);
  const size = `${smallest.steps} steps, ${smallest.faults.length} faults`;
  return `shrunk to ${size}: npm run sim -- --plan ${file}\n`;
}
