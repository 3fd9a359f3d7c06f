/**
 * `npm run bench -- smoke [--count N] [--shards N] [--copies N] [--partitions N] [--seconds S]
 * [--rounds N] [--json FILE]`: searches per second and recall through the whole stack (a client
 * process with the SDK, a coordinator, shard nodes) at 1, 16 and 64 at once, against the same
 * partitions searched in one process on one core without a network. Each round measures all of them;
 * ratios are within a round, results the medians over the rounds. GloVe, cosine, default options.
 */

import { flagOnly } from '../src/cli/client-command.js';
import { defaultEfSearch } from '../src/coordinator/search/default-ef-search.js';
import { checkRecall } from './acceptance/check-searches.js';
import { DocumentTruth } from './acceptance/document-truth.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { loadGlove } from './datasets/glove.js';
import { loadGroundTruth } from './datasets/ground-truth.js';
import { rowOf } from './datasets/vector-set.js';
import { copyOf, LoadClient } from './load/load-client.js';
import { processCpuMs, untilIdle } from './report/process-cpu.js';
import { machineLine, median, printTable, writeJson } from './report/run-report.js';
import { InProcessPartitions } from './smoke/in-process.js';
import { count, seconds } from './suites/common-options.js';

const args = programOptions('npm run bench -- smoke', [
  count('count', 100_000, 1000, 341_479, 'Documents.'),
  count('shards', 3, 1, 16, 'Shard nodes.'),
  flagOnly({
    name: 'copies',
    type: 'integer',
    min: 1,
    max: 4096,
    description: 'Copies of each partition. Default: as a collection gets them.',
  }),
  flagOnly({
    name: 'partitions',
    type: 'integer',
    min: 1,
    max: 4096,
    description: 'A power of two. Default: as a collection gets them.',
  }),
  seconds('seconds', 3, 'How long each load lasts.'),
  count('rounds', 3, 1, 100, 'Rounds; medians count.'),
  jsonOption,
]);
const TOP_K = 10;
const CONCURRENCIES = [1, 16, 64];
const COLLECTION = 'smoke';
const durationMs = args.number('seconds') * 1000;
const machine = machineLine();

interface Sample {
  concurrency: number;
  perSecond: number;
  ratio: number;
  p50Ms: number;
  p99Ms: number;
  failedCount: number;
  /** CPU time per search, in microseconds; `nodes` is their sum. */
  clientUs: number;
  coordinatorUs: number;
  nodesUs: number;
}

const { name, base, queries } = await loadGlove({
  count: args.integer('count'),
  queryCount: 1000,
  seed: 1,
});
const nearest = await loadGroundTruth({ name, base, queries, metric: 'cosine', k: TOP_K });
const truth = new DocumentTruth(base);
const { ids } = truth.snapshot();

async function measure(
  cluster: ProcessCluster,
  client: LoadClient,
  concurrency: number,
  inProcessPerSecond: number,
): Promise<Sample> {
  const nodePids = cluster.nodeIds.map((nodeId) => cluster.node(nodeId).pid);
  const pids = [client.pid, cluster.coordinator.pid, ...nodePids];
  const before = pids.map(processCpuMs);
  const load = {
    target: { kind: 'stream', address: cluster.address, collection: COLLECTION } as const,
    dimension: queries.dimension,
    queries: copyOf(queries.values),
    concurrency,
    durationMs,
  };
  const result = await client.search(load);
  const [clientUs = 0, coordinatorUs = 0, ...nodesUs] = pids.map(
    (pid, i) => ((processCpuMs(pid) - (before[i] as number)) / result.count) * 1000,
  );
  const perSecond = (result.count / result.tookMs) * 1000;
  const { p50Ms, p99Ms, failedCount } = result;
  const sumUs = nodesUs.reduce((sum, us) => sum + us, 0);
  const ratio = perSecond / inProcessPerSecond;
  const common = { concurrency, perSecond, ratio, p50Ms, p99Ms, failedCount };
  return { ...common, clientUs, coordinatorUs, nodesUs: sumUs };
}

function recallInProcess(partitions: InProcessPartitions, ef: number): number {
  let found = 0;
  for (let query = 0; query < queries.count; query += 1) {
    const wanted = new Set(nearest.rows.subarray(query * TOP_K, (query + 1) * TOP_K));
    const rows = partitions.search(rowOf(queries, query), TOP_K, ef);
    found += rows.filter((row) => wanted.has(row)).length;
  }
  return found / nearest.rows.length;
}

const cluster = await ProcessCluster.start({ shards: args.integer('shards') });
const client = new LoadClient();
try {
  const { partitions, replicationFactor } = await cluster.client.createCollection({
    name: COLLECTION,
    dimension: base.dimension,
    ...(args.has('partitions') ? { partitions: args.integer('partitions') } : {}),
    ...(args.has('copies') ? { replicationFactor: args.integer('copies') } : {}),
  });
  console.error(`loading ${args.integer('count')} documents`);
  await cluster.client.upsertMany(COLLECTION, truth.documents(), { failureCountMax: 0 });
  const ef = defaultEfSearch(TOP_K, partitions);
  const local = new InProcessPartitions(base, ids, partitions);
  await untilIdle(cluster.nodeIds.map((nodeId) => cluster.node(nodeId).pid));
  const expected = { metric: 'cosine', queries, nearest, ids } as const;
  const recall = await checkRecall(cluster.client, COLLECTION, expected);

  const locals: number[] = [];
  const samples: Sample[] = [];
  for (let round = 0; round <= args.integer('rounds'); round += 1) {
    const perSecond = local.searchesPerSecond(queries, TOP_K, ef, durationMs / 2);
    // The first round warms up.
    if (round > 0) locals.push(perSecond);
    for (const concurrency of CONCURRENCIES) {
      const sample = await measure(cluster, client, concurrency, perSecond);
      if (round > 0) samples.push(sample);
      console.error(`round ${round}, ${concurrency} at once: ${sample.perSecond.toFixed(0)}/s`);
    }
  }
  report(samples, locals, { partitions, replicationFactor, ef, recall, local });
} finally {
  client.stop();
  await cluster.stop();
}

function report(
  samples: readonly Sample[],
  locals: readonly number[],
  run: {
    partitions: number;
    replicationFactor: number;
    ef: number;
    recall: number;
    local: InProcessPartitions;
  },
): void {
  const localRecall = recallInProcess(run.local, run.ef);
  console.log(
    `${machine}\n${args.integer('count')} GloVe vectors, ${args.integer('shards')} shard nodes, ${run.partitions} partitions, ` +
      `${run.replicationFactor} copies, ef ${run.ef}, top ${TOP_K}, ` +
      `median of ${args.integer('rounds')} rounds of ${args.number('seconds')} s\n`,
  );
  const rows = CONCURRENCIES.map((concurrency) => {
    const own = samples.filter((sample) => sample.concurrency === concurrency);
    const of = (key: keyof Sample) => median(own.map((sample) => sample[key]));
    return { concurrency, of, failed: own.reduce((sum, { failedCount }) => sum + failedCount, 0) };
  });
  const header = ['at once', 'searches/s', 'of in-process', 'recall@10', 'p50 ms', 'p99 ms'];
  printTable(
    [...header, 'client us', 'coordinator us', 'nodes us', 'failed'],
    [
      ['in process', median(locals).toFixed(0), '1.00', localRecall.toFixed(4)],
      ...rows.map(({ concurrency, of, failed }) => [
        concurrency,
        of('perSecond').toFixed(0),
        of('ratio').toFixed(2),
        run.recall.toFixed(4),
        of('p50Ms').toFixed(2),
        of('p99Ms').toFixed(2),
        of('clientUs').toFixed(0),
        of('coordinatorUs').toFixed(0),
        of('nodesUs').toFixed(0),
        failed,
      ]),
    ],
  );
  const { local: _, ...facts } = run;
  writeJson(args.optionalText('json'), machine, {
    ...facts,
    localRecall,
    inProcessPerSecond: locals,
    samples,
  });
}
