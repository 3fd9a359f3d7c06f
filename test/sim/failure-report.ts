/** What a failed run prints: enough to understand it, and one line to see it again. */
import { execFileSync } from 'node:child_process';
import type { SimResult } from './simulation.js';

export function replayCommand({ plan }: SimResult): string {
  const { seed, steps, profile } = plan;
  return `npm run sim -- --seed ${seed} --steps ${steps} --profile ${profile}`;
}

export function failureReport(result: SimResult): string {
  const { plan, violations, lastEvents } = result;
  const { faults, ...rest } = plan;
  return [
    `seed ${plan.seed}, profile ${plan.profile}, commit ${commit()}: ${violations.length} violations`,
    ...violations.map(({ claim, detail, atMs }) => `  ${atMs.toFixed(1)} ms: ${claim}: ${detail}`),
    'last events:',
    ...lastEvents.map((line) => `  ${line}`),
    `plan: ${JSON.stringify(rest)}`,
    'faults:',
    ...faults.map((fault) => `  ${JSON.stringify(fault)}`),
    `replay: ${replayCommand(result)}`,
  ].join('\n');
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
