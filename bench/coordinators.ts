/**
 * `npm run bench -- coordinators [--kills N] [--etcd-stop-ms N] [--documents N] [--partitions N]
 * [--json FILE]`: two coordinators, three shard nodes and a real etcd, with writes and searches through
 * both coordinators all the time, and writes of older generations straight to the nodes. Replicas move,
 * and in the middle of it the controller is killed, by default 20 times; then etcd is stopped for 20 s,
 * in the middle of moves as well. Exit code 1 when a call failed, when a write of an older generation
 * was taken, when an acknowledged write is not there afterwards, or when replicas or the coordinators'
 * topologies differ.
 */
import { systemClock } from '../src/base/system-clock.js';
import { hasEtcd } from './cluster/etcd-server.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { type CoordinatorsResult, runCoordinators } from './coordinators/run-coordinators.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const args = programOptions('npm run bench -- coordinators', [
  count('kills', 20, 1, 1000, 'Controllers that are killed.'),
  count('etcd-stop-ms', 20000, 0, 600_000, 'How long etcd is stopped.'),
  count('documents', 2000, 100, 100_000, 'Documents that are written again and again.'),
  count('partitions', 16, 1, 4096, 'A power of two.'),
  jsonOption,
]);
if (!hasEtcd) {
  console.error('There is no etcd here: install it (on Debian: apt-get install etcd-server)');
  process.exit(1);
}
const machine = machineLine();
console.log(machine);
const begunAtMs = systemClock.nowMs();
const kills = args.integer('kills');
const result = await runCoordinators({
  kills,
  etcdStopMs: args.integer('etcd-stop-ms'),
  documents: args.integer('documents'),
  partitions: args.integer('partitions'),
  topologyLeaseMs: 5_000,
  log: (line) => console.log(line),
});
console.log(JSON.stringify(result, null, 2));
const rows = judge(result);
printTable(
  ['CRITERION', 'TARGET', 'MEASURED', ''],
  rows.map(([name, target, value, isGood]) => [name, target, value, isGood ? 'PASS' : 'FAIL']),
);
const isWell = rows.every(([, , , isGood]) => isGood);
const seconds = (systemClock.nowMs() - begunAtMs) / 1000;
console.log(
  `${result.writesAcknowledged} writes acknowledged, ${result.searchesAnswered} searches, ` +
    `${result.staleWrites.refused} writes of older generations refused, in ${seconds.toFixed(0)} s`,
);
console.log(`coordinators: ${isWell ? 'PASS' : 'FAIL'}`);
if (!isWell) process.exitCode = 1;
writeJson(args.optionalText('json'), machine, result);

function judge(of: CoordinatorsResult): [string, string, string, boolean][] {
  const total = (counts: Record<string, number>) =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const none = (name: string, count: number): [string, string, string, boolean] => {
    return [name, '0', String(count), count === 0];
  };
  const { movesInterrupted, staleWrites, areTopologiesEqual } = of;
  const isInMoves = of.kills === kills && movesInterrupted >= kills;
  return [
    ['controllers killed in moves', String(kills), String(of.kills), isInMoves],
    ['moves that they left behind', `>= ${kills}`, String(movesInterrupted), isInMoves],
    none('writes of an older generation accepted', staleWrites.accepted),
    [
      'writes of an older generation refused',
      '> 0',
      `${staleWrites.refused}`,
      staleWrites.refused > 0,
    ],
    none('acknowledged writes lost', of.lost),
    none('failed writes', total(of.writesFailed)),
    none('failed searches', total(of.searchesFailed)),
    none('searches of a part only', of.searchesDegraded),
    none('buckets in which replicas differ', of.bucketsDiffering),
    ['topology equal everywhere', 'yes', areTopologiesEqual ? 'yes' : 'no', areTopologiesEqual],
  ];
}
