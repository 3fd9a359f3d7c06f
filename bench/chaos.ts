/**
 * `npm run chaos -- [--profile kills|mixed] [--only KIND] [--faults N] [--minutes M] [--seed N]
 * [--json FILE]`: three nodes and a coordinator as real processes, every partition on every node, under
 * writes, deletions, searches and reads, while faults happen to them. Exit code 1 when anything that was
 * acknowledged is lost or wrong, anything deleted or never sent is seen, a read fails, or replicas are
 * not equal within 30 s of the last fault; exit code 2 when too little happened to prove anything.
 *
 * One whole node is always left alone: no design answers from nowhere. The readers' client never
 * tries again. What counts as a failed read while the only coordinator is killed: `workload/reader.ts`.
 */
import { parseArgs } from 'node:util';
import { type Profile, type ProfileName, profiles } from './chaos/profiles.js';
import type { ChaosReport } from './chaos/report.js';
import { runChaos } from './chaos/run-chaos.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';

const { values: args } = parseArgs({
  options: {
    profile: { type: 'string', default: 'mixed' },
    only: { type: 'string' },
    faults: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const EXIT_CODES = { PASS: 0, FAIL: 1, INVALID: 2 };

function print(report: ChaosReport): void {
  const { verdict, counts, faults, skipped, violations, shortcomings, seed } = report;
  console.log('');
  printTable(['what', 'count'], Object.entries({ ...faults, ...counts }));
  console.log(`slowest search: ${report.slowestSearch}`);
  for (const kind of skipped) console.log(`skipped: ${kind}`);
  for (const text of violations) console.log(`VIOLATION ${text}`);
  for (const text of shortcomings) console.log(`not enough: ${text}`);
  console.log(`\n${verdict}, seed ${seed}`);
}

if (!(args.profile in profiles)) {
  console.error(`--profile ${args.profile}: there are ${Object.keys(profiles).join(', ')}`);
  process.exit(2);
}
const chosen: Profile = profiles[args.profile as ProfileName];
const deck = chosen.deck.filter(([{ kind }]) => args.only === undefined || kind === args.only);
if (deck.length === 0) {
  console.error(
    `--only ${args.only}: there are ${chosen.deck.map(([{ kind }]) => kind).join(', ')}`,
  );
  process.exit(2);
}
const machine = machineLine();
console.log(`${machine}\nprofile ${args.profile}, seed ${args.seed}`);
const report = await runChaos({
  profile: { ...chosen, deck },
  seed: Number(args.seed),
  faultCount: Number(args.faults),
  limitMs: Number(args.minutes) * 60_000,
  log: (line) => console.log(line),
});
print(report);
writeJson(args.json, machine, report);
process.exitCode = EXIT_CODES[report.verdict];
