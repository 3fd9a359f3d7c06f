/**
 * `npm run bench -- ingest-latency [--count N] [--shards N] [--per-second N] [--seconds S]
 * [--rounds N] [--json FILE]`: latency of searches while another process ingests as fast as it can,
 * against the same searches with nothing else to do, in one run over one collection. Searches come at
 * a steady rate, so that a slow answer does not thin out those after it.
 *
 * Each round is an idle phase and then one of the same length from the first moment of an ingest on.
 * The result is the median over the rounds of the ratio of their p99. Exit code 1 when that is more
 * than 3.
 */
import { DocumentTruth } from './acceptance/document-truth.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { loadGlove } from './datasets/glove.js';
import { copyOf, LoadClient } from './load/load-client.js';
import type { IngestLoadResult, SearchLoadResult } from './load/messages.js';
import { untilIdle } from './report/process-cpu.js';
import { machineLine, median, printTable, writeJson } from './report/run-report.js';
import { count, seconds } from './suites/common-options.js';

const args = programOptions('npm run bench -- ingest-latency', [
  count('count', 30_000, 1000, 291_479, 'Documents there before.'),
  count('shards', 3, 1, 16, 'Shard nodes.'),
  count('per-second', 200, 1, 100_000, 'Searches.'),
  seconds('seconds', 8, 'How long each phase lasts.'),
  count('rounds', 5, 1, 100, 'Rounds; the median counts.'),
  jsonOption,
]);
const RATIO_MAX = 3;
const COLLECTION = 'busy';
const NEW_ROWS = 50_000;
/** Ingest goes on after the measured phase. */
const MARGIN_MS = 500;
const durationMs = args.number('seconds') * 1000;
const preloaded = args.integer('count');
const machine = machineLine();

interface Round {
  idle: SearchLoadResult;
  busy: SearchLoadResult;
  ingest: IngestLoadResult;
  ratio: number;
}

const glove = { queryCount: 1000, seed: 1 };
const { base, queries } = await loadGlove({ ...glove, count: preloaded + NEW_ROWS });
const split = preloaded * base.dimension;
const loadedRows = { ...base, count: preloaded, values: base.values.subarray(0, split) };
const newRows = copyOf(base.values.subarray(split));

const cluster = await ProcessCluster.start({ shards: args.integer('shards') });
const searcher = new LoadClient();
const ingester = new LoadClient();
const common = {
  address: cluster.address,
  collection: COLLECTION,
  dimension: base.dimension,
};

function search(): Promise<SearchLoadResult> {
  const perSecond = args.integer('per-second');
  const { dimension, ...where } = common;
  const target = { kind: 'stream', ...where } as const;
  const load = { target, dimension, queries: copyOf(queries.values), perSecond };
  return searcher.search({ ...load, durationMs });
}

async function runRound(firstNumber: number): Promise<Round> {
  await untilIdle(cluster.nodeIds.map((nodeId) => cluster.node(nodeId).pid));
  const idle = await search();
  const ingesting = ingester.ingest({
    ...common,
    vectors: newRows,
    prefix: 'new-',
    firstNumber,
    durationMs: durationMs + MARGIN_MS,
  });
  const busy = await search();
  const ingest = await ingesting;
  return { idle, busy, ingest, ratio: busy.p99Ms / idle.p99Ms };
}

const rounds: Round[] = [];
try {
  await cluster.client.createCollection({ name: COLLECTION, dimension: base.dimension });
  console.error(`loading ${preloaded} documents`);
  const documents = new DocumentTruth(loadedRows).documents();
  await cluster.client.upsertMany(COLLECTION, documents, { failureCountMax: 0 });
  await search();
  let ingested = 0;
  for (let i = 0; i < args.integer('rounds'); i += 1) {
    const round = await runRound(ingested);
    ingested += round.ingest.count;
    rounds.push(round);
    console.error(`round ${i + 1}: ratio ${round.ratio.toFixed(2)}`);
  }
} finally {
  searcher.stop();
  ingester.stop();
  await cluster.stop();
}

function failedCountOf(...phases: readonly SearchLoadResult[]): number {
  return phases.reduce((sum, { failedCount }) => sum + failedCount, 0);
}

const ratio = median(rounds.map((round) => round.ratio));
const ms = (value: number) => value.toFixed(2);
console.log(
  `${machine}\n${preloaded} GloVe vectors loaded before, ${args.integer('shards')} shard nodes, default settings, ` +
    `${args.integer('per-second')} searches/s, phases of ${args.number('seconds')} s\n`,
);
printTable(
  ['round', 'idle p50 ms', 'p99', 'ingesting p50', 'p99', 'max', 'documents/s', 'failed', 'ratio'],
  rounds.map(({ idle, busy, ingest, ...round }, i) => [
    i + 1,
    ...[idle.p50Ms, idle.p99Ms, busy.p50Ms, busy.p99Ms, busy.maxMs].map(ms),
    ((ingest.count / ingest.tookMs) * 1000).toFixed(0),
    failedCountOf(idle, busy),
    round.ratio.toFixed(2),
  ]),
);
const hasFailed = rounds.some(({ idle, busy }) => failedCountOf(idle, busy) > 0);
const isPass = ratio <= RATIO_MAX && !hasFailed;
console.log(
  `\np99 while ingesting is ${ratio.toFixed(2)} times the idle p99 (median of ${rounds.length} rounds), ` +
    `at most ${RATIO_MAX} wanted: ${isPass ? 'PASS' : 'FAIL'}`,
);
writeJson(args.optionalText('json'), machine, rounds);
if (!isPass) process.exitCode = 1;
