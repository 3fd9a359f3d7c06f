/**
 * `npm run chaos -- [--profile kills|mixed|shape|hostile] [--only KIND] [--faults N] [--minutes M]
 * [--seed N] [--json FILE]`: three nodes and a coordinator as real processes, every partition on every
 * node, under writes, deletions, searches and reads, while faults happen to them. Exit code 1 when
 * anything that was acknowledged is lost or wrong, anything deleted or never sent is seen, a read fails,
 * or replicas are not equal within 30 s of the last fault (60 s when the shape changes); exit code 2
 * when too little happened to prove anything.
 *
 * `--profile shape` adds what operators do: nodes join, leave and are replaced, weights and the number
 * of copies change, the collection is split, and processes are killed meanwhile.
 *
 * `--profile hostile` is another trial: N malformed calls and raw byte streams (default 10,000) against
 * every port of a cluster, while an honest client searches. Exit code 1 when a process ends, an honest
 * search fails, or memory or connections stay behind.
 *
 * A copy in sync of every partition is always left alone: no design answers from nowhere. The readers'
 * client never tries again. What counts as a failed read while the only coordinator is killed:
 * `workload/reader.ts`.
 */

import { flagOnly } from '../src/cli/client-command.js';
import { type Profile, type ProfileName, profiles } from './chaos/profiles.js';
import type { ChaosReport } from './chaos/report.js';
import { runChaos } from './chaos/run-chaos.js';
import { endWithUsageError, jsonOption, programOptions } from './commands/program-options.js';
import { type HostileReport, runHostile } from './hostile/run-hostile.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const FAULTS = 50;
const HOSTILE_CALLS = 10_000;

const args = programOptions('npm run chaos --', [
  flagOnly({
    name: 'profile',
    type: 'text',
    choices: [...Object.keys(profiles), 'hostile'],
    default: 'mixed',
    description: 'What happens.',
  }),
  flagOnly({ name: 'only', type: 'text', placeholder: 'KIND', description: 'One kind of fault.' }),
  flagOnly({
    name: 'faults',
    type: 'integer',
    min: 1,
    max: 1_000_000,
    description: `How many; default ${FAULTS}, or ${HOSTILE_CALLS} hostile calls.`,
  }),
  count('minutes', 60, 1, 1440, 'No more faults after so many.'),
  count('seed', 1, 0, 0xffff_ffff, 'Of everything drawn by chance.'),
  jsonOption,
]);
const EXIT_CODES = { PASS: 0, FAIL: 1, INVALID: 2 };

function print(report: ChaosReport | HostileReport): void {
  console.log('');
  const faults = 'faults' in report ? report.faults : {};
  printTable(['what', 'count'], Object.entries({ ...faults, ...report.counts }));
  if ('faults' in report) {
    console.log(`slowest search: ${report.slowestSearch}`);
    for (const kind of report.skipped) console.log(`skipped: ${kind}`);
    for (const text of report.shortcomings) console.log(`not enough: ${text}`);
  }
  for (const text of report.violations) console.log(`VIOLATION ${text}`);
  console.log(`\n${report.verdict}, seed ${report.seed}`);
}

async function chaos(profile: Profile): Promise<ChaosReport> {
  const only = args.optionalText('only');
  const kinds = profile.deck.map(([{ kind }]) => kind);
  if (only !== undefined && !kinds.includes(only)) {
    endWithUsageError(`--only is ${only}; it must be one of ${kinds.join(', ')}`);
  }
  const deck = profile.deck.filter(([{ kind }]) => only === undefined || kind === only);
  return await runChaos({
    profile: { ...profile, deck },
    seed: args.integer('seed'),
    faultCount: args.has('faults') ? args.integer('faults') : FAULTS,
    limitMs: args.integer('minutes') * 60_000,
    log: (line) => console.log(line),
  });
}

async function hostile(): Promise<HostileReport> {
  return await runHostile({
    seed: args.integer('seed'),
    callCount: args.has('faults') ? args.integer('faults') : HOSTILE_CALLS,
    log: (line) => console.log(line),
  });
}

const profile = args.text('profile');
const machine = machineLine();
console.log(`${machine}\nprofile ${profile}, seed ${args.integer('seed')}`);
const report = await (profile === 'hostile' ? hostile() : chaos(profiles[profile as ProfileName]));
print(report);
writeJson(args.optionalText('json'), machine, report);
process.exitCode = EXIT_CODES[report.verdict];
