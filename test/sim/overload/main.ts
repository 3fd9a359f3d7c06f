/** `npm run sim:overload`: goodput from half to four times the capacity, and afterwards. */
import { type OverloadRun, type PhaseResult, runOverload } from './overload-sim.js';
import { CAPACITY } from './searched-collection.js';

const SEED = 1;

function show(name: string, { phases, ...run }: Awaited<ReturnType<typeof runOverload>>): void {
  console.log(`\n${name}`);
  phases.forEach((phase: PhaseResult, i) => {
    const { offered, goodRatio, refused, timedOut } = phase;
    const [p50, p99, told] = [phase.p50Ms, phase.p99Ms, phase.refusalP99Ms].map((ms) =>
      ms.toFixed(0),
    );
    console.log(
      `  phase ${i + 1}: offered ${offered}  good ${(100 * goodRatio).toFixed(1)} % of capacity  ` +
        `refused ${refused} (p99 told after ${told} ms)  timed out ${timedOut}  p50 ${p50}  p99 ${p99} ms`,
    );
  });
  const wasted = (100 * run.wastedRatio).toFixed(1);
  console.log(
    `  most waiting ${run.waitingMax}, in a node's queue ${run.nodeQueueMax}, wasted ${wasted} %, ` +
      `hedges ${run.hedges}`,
  );
}

console.log(`capacity ${CAPACITY.toFixed(0)} searches/s, timeouts 1 s, retries as the SDK does`);
const phases: OverloadRun['phases'] = [0.5, 0.9, 1.1, 1.5, 2, 3, 4, 0.7].map((loadRatio) => {
  return { loadRatio, durationMs: 4_000 };
});
show('one coordinator', await runOverload({ phases, seed: SEED }));
show('four coordinators', await runOverload({ phases, seed: SEED, coordinators: 4 }));
