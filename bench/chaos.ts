/**
 * `npm run chaos -- [--profile kills|mixed|hostile] [--only KIND] [--faults N] [--minutes M] [--seed N]
 * [--json FILE]`: three nodes and a coordinator as real processes, every partition on every node, under
 * writes, deletions, searches and reads, while faults happen to them. Exit code 1 when anything that was
 * acknowledged is lost or wrong, anything deleted or never sent is seen, a read fails, or replicas are
 * not equal within 30 s of the last fault; exit code 2 when too little happened to prove anything.
 *
 * `--profile hostile` is another trial: N malformed calls and raw byte streams (default 10,000) against
 * every port of a cluster, while an honest client searches. Exit code 1 when a process ends, an honest
 * search fails, or memory or connections stay behind.
 *
 * One whole node is always left alone: no design answers from nowhere. The readers' client never
 * tries again. What counts as a failed read while the only coordinator is killed: `workload/reader.ts`.
 */
import { parseArgs } from 'node:util';
import { type Profile, type ProfileName, profiles } from './chaos/profiles.js';
import type { ChaosReport } from './chaos/report.js';
import { runChaos } from './chaos/run-chaos.js';
import { type HostileReport, runHostile } from './hostile/run-hostile.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';

const { values: args } = parseArgs({
  options: {
    profile: { type: 'string', default: 'mixed' },
    only: { type: 'string' },
    faults: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const FAULTS = 50;
const HOSTILE_CALLS = 10_000;
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
  const deck = profile.deck.filter(([{ kind }]) => args.only === undefined || kind === args.only);
  if (deck.length === 0) {
    fail(`--only ${args.only}: there are ${profile.deck.map(([{ kind }]) => kind).join(', ')}`);
  }
  return await runChaos({
    profile: { ...profile, deck },
    seed: Number(args.seed),
    faultCount: Number(args.faults ?? FAULTS),
    limitMs: Number(args.minutes) * 60_000,
    log: (line) => console.log(line),
  });
}

async function hostile(): Promise<HostileReport> {
  return await runHostile({
    seed: Number(args.seed),
    callCount: Number(args.faults ?? HOSTILE_CALLS),
    log: (line) => console.log(line),
  });
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

const names = [...Object.keys(profiles), 'hostile'];
if (!names.includes(args.profile)) fail(`--profile ${args.profile}: there are ${names.join(', ')}`);
const machine = machineLine();
console.log(`${machine}\nprofile ${args.profile}, seed ${args.seed}`);
const isHostile = args.profile === 'hostile';
const report = await (isHostile ? hostile() : chaos(profiles[args.profile as ProfileName]));
print(report);
writeJson(args.json, machine, report);
process.exitCode = EXIT_CODES[report.verdict];
