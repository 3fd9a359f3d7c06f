/**
 * `npm run bench -- acceptance [--count N] [--queries N] [--shards N] [--only A,B] [--json FILE]`:
 * right answers on real vectors through a cluster of real processes with default settings, for each
 * metric: after loading, after SIGKILL of every process, after 30 % of the documents were updated and
 * 20 % deleted, and after another SIGKILL. Exit code 1 when a line fails. 100,000 GloVe vectors take
 * some minutes. `--only` names collections of those below.
 *
 * Cosine and l2 are measured on vectors of unit length; dot, and l2 once more, on the rows as published,
 * whose lengths differ, since at unit length all three metrics order documents alike. Published rows
 * by l2 are harder for a graph: there recall is shown, and only kept from falling; a higher
 * `ef_search` raises it.
 */
import { systemClock } from '../src/base/system-clock.js';
import { flagOnly } from '../src/cli/client-command.js';
import {
  type AcceptanceData,
  type AcceptanceLine,
  runAcceptance,
} from './acceptance/run-acceptance.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { dealRows, loadGloveTable } from './datasets/glove.js';
import { loadGroundTruth } from './datasets/ground-truth.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const args = programOptions('npm run bench -- acceptance', [
  count('count', 100_000, 1000, 341_479, 'Documents.'),
  count('queries', 1000, 10, 10_000, 'Searches that recall is measured with.'),
  count('shards', 3, 1, 16, 'Shard nodes.'),
  flagOnly({
    name: 'only',
    type: 'text',
    placeholder: 'NAME,...',
    description: 'Some of cosine, dot, l2, l2-published.',
  }),
  jsonOption,
]);
const SEED = 1;
const RECALL_MIN = 0.95;
const RECALL_MIN_HARD = 0.85;
const machine = machineLine();
const startedAtMs = systemClock.nowMs();

async function loadData(): Promise<AcceptanceData[]> {
  const table = await loadGloveTable();
  const options = { count: args.integer('count'), queryCount: args.integer('queries'), seed: SEED };
  const unit = dealRows(table, options);
  const published = dealRows(table, { ...options, length: 'as_published' });
  const all: AcceptanceData[] = [
    { ...unit, name: 'cosine', metric: 'cosine', recallMin: RECALL_MIN },
    { ...published, name: 'dot', metric: 'dot', recallMin: RECALL_MIN },
    { ...unit, name: 'l2', metric: 'l2', recallMin: RECALL_MIN },
    { ...published, name: 'l2-published', metric: 'l2', recallMin: RECALL_MIN_HARD },
  ];
  const wanted = args.optionalText('only')?.split(',');
  return all.filter(({ name }) => wanted?.includes(name) ?? true);
}

function secondsPassed(): string {
  return ((systemClock.nowMs() - startedAtMs) / 1000).toFixed(0).padStart(4);
}

const data = await loadData();
const lines: AcceptanceLine[] = [];
const cluster = await ProcessCluster.start({ shards: args.integer('shards') });
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
  `${machine}\n${args.integer('count')} GloVe vectors, ${args.integer('shards')} shard nodes, default settings\n`,
);
printTable(
  ['step', 'collection', 'recall@10', 'wanted', 'exact', 'documents', 'result'],
  lines.map((line) => [
    line.step,
    line.name,
    line.recall.toFixed(4),
    line.recallMin,
    `${line.exactCount}/${line.queryCount}`,
    `${line.count}/${line.expectedCount}`,
    line.isPass ? 'PASS' : 'FAIL',
  ]),
);
for (const { step, name, difference } of lines) {
  if (difference !== undefined) console.log(`${step}, ${name}: ${difference}`);
}
writeJson(args.optionalText('json'), machine, lines);
if (lines.some(({ isPass }) => !isPass)) process.exitCode = 1;
