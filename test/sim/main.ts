/** `npm run sim`: runs simulations and prints what failed; see `sim-options.ts`. */
import { readFileSync } from 'node:fs';
import type { SimPlan } from './fault-plan.js';
import { drawPlan, profileOf } from './profiles.js';
import { runSeedTask, type SeedOutcome, type SeedTask } from './seed-task.js';
import { runInWorkers } from './seed-workers.js';
import { parseSimOptions, type SimOptions, usage } from './sim-options.js';

function* plansOf({ plan, seed: first, seeds, profile, steps }: SimOptions): Generator<SimPlan> {
  if (plan !== undefined) {
    yield JSON.parse(readFileSync(plan, 'utf8')) as SimPlan;
    return;
  }
  for (let seed = first; seed < first + seeds; seed += 1) {
    yield drawPlan(seed, profile === 'all' ? profileOf(seed) : profile, steps);
  }
}

function* tasksOf(options: SimOptions): Generator<SeedTask> {
  const { bug, twice: isTwice, shrink: isShrunk } = options;
  for (const plan of plansOf(options)) yield { plan, bug, isTwice, isShrunk };
}

async function runAll(options: SimOptions): Promise<number> {
  const totals = new Map<string, number>();
  let eventCount = 0;
  let virtualMs = 0;
  let runCount = 0;
  let failedCount = 0;
  const onOutcome = (outcome: SeedOutcome) => {
    runCount += 1;
    eventCount += outcome.eventCount;
    virtualMs += outcome.virtualMs;
    for (const [name, count] of outcome.counts) totals.set(name, (totals.get(name) ?? 0) + count);
    if (outcome.failure === undefined) return;
    failedCount += 1;
    console.log(outcome.failure);
  };
  const startedAtMs = performance.now();
  const tasks = tasksOf(options);
  if (options.jobs > 1) await runInWorkers(tasks, options.jobs, onOutcome);
  else for (const task of tasks) onOutcome(await runSeedTask(task));
  const tookS = (performance.now() - startedAtMs) / 1000;
  for (const [name, count] of [...totals].sort())
    console.log(`${String(count).padStart(8)}  ${name}`);
  const comparison = options.twice ? ', each run twice with the same events' : '';
  console.log(
    `${eventCount} events in ${(virtualMs / 3_600_000).toFixed(1)} hours of the clusters' time; ` +
      `${tookS.toFixed(1)} s, ${(runCount / tookS).toFixed(2)} seeds/s`,
  );
  console.log(`${failedCount} of ${runCount} seeds failed${comparison}`);
  return failedCount;
}

const options = parseSimOptions(process.argv.slice(2));
if (options === 'help') console.log(usage);
else if ('wrong' in options) {
  console.error(`${options.wrong}\nnpm run sim -- --help tells what there is`);
  process.exitCode = 2;
} else if ((await runAll(options)) > 0) process.exitCode = 1;
