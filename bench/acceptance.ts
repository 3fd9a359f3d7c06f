/**
 * `npm run bench -- acceptance [--count N] [--queries N] [--shards N] [--metrics A,B]
 * [--json FILE]`: right answers on
 * real vectors through a cluster of real processes with default settings, for each metric: after
 * loading, after SIGKILL of every process, after 30 % of the documents were updated and 20 % deleted,
 * and after another SIGKILL. Exit code 1 when a line fails. 100,000 GloVe vectors take some minutes.
 *
 * Cosine is measured on vectors of unit length; dot and l2 on the rows as published, whose lengths
 * differ, since at unit length all three metrics order documents alike.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/system-clock.js';
import {
  type AcceptanceData,
  type AcceptanceLine,
  runAcceptance,
} from './acceptance/run-acceptance.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { dealRows, loadGloveTable } from './datasets/glove.js';
import { loadGroundTruth } from './datasets/ground-truth.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';

const { values: args } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '1000' },
    shards: { type: 'string', default: '3' },
    metrics: { type: 'string', default: 'cosine,dot,l2' },
    json: { type: 'string' },
  },
});
const SEED = 1;
const machine = machineLine();
const startedAtMs = systemClock.nowMs();

async function loadData(): Promise<AcceptanceData[]> {
  const table = await loadGloveTable();
  const options = { count: Number(args.count), queryCount: Number(args.queries), seed: SEED };
  const unit = dealRows(table, options);
  const published = dealRows(table, { ...options, length: 'as_published' });
  const wanted = args.metrics.split(',');
  const all: AcceptanceData[] = [
    { metric: 'cosine', base: unit.base, queries: unit.queries },
    { metric: 'dot', base: published.base, queries: published.queries },
    { metric: 'l2', base: published.base, queries: published.queries },
  ];
  return all.filter(({ metric }) => wanted.includes(metric));
}

function secondsPassed(): string {
  return ((systemClock.nowMs() - startedAtMs) / 1000).toFixed(0).padStart(4);
}

const data = await loadData();
const lines: AcceptanceLine[] = [];
const cluster = await ProcessCluster.start({ shards: Number(args.shards) });
try {
  await runAcceptance(cluster, {
    data,
    seed: SEED,
    nearestOf: ({ base, queries, metric }, k) =>
      loadGroundTruth({ name: `glove-acceptance-${base.count}`, base, queries, metric, k }),
    onLine: (line) => lines.push(line),
    onStep: (text) => console.error(`${secondsPassed()} s  ${text}`),
  });
} finally {
  await cluster.stop();
}

console.log(
  `${machine}\n${args.count} GloVe vectors, ${args.shards} shard nodes, default settings\n`,
);
printTable(
  ['step', 'metric', 'recall@10', 'exact', 'documents', 'result'],
  lines.map((line) => [
    line.step,
    line.metric,
    line.recall.toFixed(4),
    `${line.exactCount}/${line.queryCount}`,
    `${line.count}/${line.expectedCount}`,
    line.isPass ? 'PASS' : 'FAIL',
  ]),
);
for (const { step, metric, difference } of lines) {
  if (difference !== undefined) console.log(`${step}, ${metric}: ${difference}`);
}
writeJson(args.json, machine, lines);
if (lines.some(({ isPass }) => !isPass)) process.exitCode = 1;
