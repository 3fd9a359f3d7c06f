/**
 * `npm run bench -- coordinators [--kills N] [--etcd-stop-ms N] [--documents N] [--json FILE]`: two
 * coordinators, three shard nodes and a real etcd, with writes and searches through both coordinators
 * all the time. A node is killed and started again, and while it recovers the controller is killed, by
 * default 20 times; then etcd is stopped for 20 s. Exit code 1 when a call failed, when an acknowledged
 * write is not there afterwards, or when replicas or the coordinators' topologies differ.
 */
import { parseArgs } from 'node:util';
import { hasEtcd } from './cluster/etcd-server.js';
import { runCoordinators } from './coordinators/run-coordinators.js';
import { machineLine, writeJson } from './report/run-report.js';

const { values: args } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    'etcd-stop-ms': { type: 'string', default: '20000' },
    documents: { type: 'string', default: '2000' },
    json: { type: 'string' },
  },
});
if (!hasEtcd) {
  console.error('There is no etcd here: install it (on Debian: apt-get install etcd-server)');
  process.exit(1);
}
const machine = machineLine();
console.log(machine);
const result = await runCoordinators({
  kills: Number(args.kills),
  etcdStopMs: Number(args['etcd-stop-ms']),
  documents: Number(args.documents),
  topologyLeaseMs: 5_000,
  log: (line) => console.log(line),
});
console.log(JSON.stringify(result, null, 2));
const failedCount = [result.writesFailed, result.searchesFailed]
  .flatMap((counts) => Object.values(counts))
  .reduce((sum, count) => sum + count, 0);
const isWell =
  failedCount + result.lost + result.bucketsDiffering === 0 && result.areTopologiesEqual;
console.log(
  `${result.kills} controllers killed, ${result.writesAcknowledged} writes acknowledged, ` +
    `${result.lost} lost, ${failedCount} calls failed: ${isWell ? 'PASS' : 'FAIL'}`,
);
if (!isWell) process.exitCode = 1;
writeJson(args.json, machine, result);
