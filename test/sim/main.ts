/**
 * Runs simulations and prints what failed with the command that shows it again.
 *
 *   npm run sim -- [--seed N] [--seeds COUNT] [--steps N] [--profile NAME | all]
 *     --twice       run each seed twice, and compare everything that happened
 *     --shrink      make each failing plan smaller, and save it as sim-SEED.json
 *     --plan FILE   run a saved plan instead
 *     --bug NAME    plant a bug (see planted-bugs.ts)
 *
 * With `all`, the default, the profiles take turns from seed to seed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { failureReport } from './failure-report.js';
import type { SimPlan } from './fault-plan.js';
import { type PlantedBug, plantedBugNames } from './planted-bugs.js';
import { drawPlan, profileNames, profileOf, STEPS_DEFAULT } from './profiles.js';
import { shrinkPlan } from './shrink.js';
import { runSimulation, runTwice, type SimResult } from './simulation.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: String(STEPS_DEFAULT) },
    profile: { type: 'string', default: 'all' },
    bug: { type: 'string' },
    plan: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
  },
});

function numberOf(name: 'seed' | 'seeds' | 'steps'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} is ${values[name]}; it must be a whole number`);
}

function nameOf<N extends string>(flag: string, name: string, names: readonly N[]): N {
  const known = names.find((each) => each === name);
  if (known === undefined) throw new Error(`--${flag} is ${name}; known are ${names.join(', ')}`);
  return known;
}

const profile = nameOf('profile', values.profile, [...profileNames, 'all' as const]);
const bug: PlantedBug | undefined =
  values.bug === undefined ? undefined : nameOf('bug', values.bug, plantedBugNames);
const totals = new Map<string, number>();
let eventCount = 0;
let virtualMs = 0;

async function runOne(plan: SimPlan): Promise<SimResult> {
  const result = values.twice ? await runTwice(plan, bug) : await runSimulation(plan, bug);
  eventCount += result.eventCount;
  virtualMs += result.virtualMs;
  for (const [name, count] of [...result.outcomes, ...result.firedFaults]) {
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  return result;
}

async function onFailure(failed: SimResult): Promise<void> {
  console.log(`${failureReport(failed)}\n`);
  if (!values.shrink) return;
  const fails = async (plan: SimPlan) => (await runSimulation(plan, bug)).violations.length > 0;
  const smallest = await shrinkPlan(failed.plan, fails);
  const file = `sim-${smallest.seed}.json`;
  writeFileSync(file, `${JSON.stringify(smallest, null, 2)}\n`);
  const size = `${smallest.steps} steps, ${smallest.faults.length} faults`;
  console.log(`shrunk to ${size}: npm run sim -- --plan ${file}\n`);
}

function* plans(): Generator<SimPlan> {
  if (values.plan !== undefined) {
    yield JSON.parse(readFileSync(values.plan, 'utf8')) as SimPlan;
    return;
  }
  const first = numberOf('seed');
  const last = first + numberOf('seeds') - 1;
  for (let seed = first; seed <= last; seed += 1) {
    yield drawPlan(seed, profile === 'all' ? profileOf(seed) : profile, numberOf('steps'));
  }
}

const startedAtMs = performance.now();
let runCount = 0;
let failedCount = 0;
for (const plan of plans()) {
  const result = await runOne(plan);
  runCount += 1;
  if (result.violations.length === 0) continue;
  failedCount += 1;
  await onFailure(result);
}
const tookS = (performance.now() - startedAtMs) / 1000;
for (const [name, count] of [...totals].sort())
  console.log(`${String(count).padStart(8)}  ${name}`);
const comparison = values.twice ? ', each run twice with the same events' : '';
console.log(
  `${eventCount} events in ${(virtualMs / 3_600_000).toFixed(1)} hours of the clusters' time; ` +
    `${tookS.toFixed(1)} s, ${(runCount / tookS).toFixed(2)} seeds/s`,
);
console.log(`${failedCount} of ${runCount} seeds failed${comparison}`);
process.exitCode = failedCount === 0 ? 0 : 1;
