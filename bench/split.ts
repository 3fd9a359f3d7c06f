/**
 * `npm run bench -- split [--documents N] [--from N] [--to N] [--nodes N] [--copies N] [--pause-ms MS]
 * [--kills] [--seed N] [--json FILE]`: a collection is split while searches and writes go on. No call
 * may fail or be partial, every document must be found exactly once throughout (a census lists all of
 * them, counts them, gets and searches some, again and again), nothing acknowledged may be lost, and
 * in the end replicas must be equal. With `--kills` a node and the coordinator are SIGKILLed on the way,
 * and started again: then calls may fail meanwhile. Exit code 1 when a criterion is not met.
 */
import { systemClock } from '../src/base/system-clock.js';
import { flagOnly } from '../src/cli/client-command.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { gloveData } from './elastic/elastic-data.js';
import { MixedLoad } from './elastic/mixed-load.js';
import { untilAtRest } from './elastic/shape.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';
import { Census } from './split/census.js';
import { count } from './suites/common-options.js';

const options = programOptions('npm run bench -- split', [
  count('documents', 100_000, 1, 300_000, 'Documents, GloVe vectors of 100 dimensions.'),
  count('from', 2, 1, 2048, 'Partitions at first, a power of two.'),
  count('to', 8, 1, 4096, 'Partitions in the end, a power of two.'),
  count('nodes', 2, 1, 16, 'Shard nodes.'),
  count('copies', 1, 1, 3, 'Copies of each partition.'),
  count('pause-ms', 10, 1, 1000, 'Pause of each loop of the load after an operation.'),
  flagOnly({ name: 'kills', type: 'flag', description: 'SIGKILL the coordinator and a node.' }),
  count('seed', 1, 1, 1_000_000, 'What is drawn from.'),
  jsonOption,
]);
const COLLECTION = 'split';
const LIMIT_MS = 900_000;
const STEADY_MS = 3_000;
/** Of the documents, those that are written again and again. */
const CHANGING_RATIO = 0.05;
const [from, to] = [options.integer('from'), options.integer('to')];
const copies = options.integer('copies');
const documentCount = options.integer('documents');
const withKills = options.flag('kills');
const machine = machineLine();
console.log(machine);
const data = await gloveData(documentCount, options.integer('seed'));
const nodeCount = options.integer('nodes');
const cluster = await ProcessCluster.start({ shards: nodeCount });
const { client } = cluster;
try {
  const isJoined = ({ nodes }: { nodes: { state: string }[] }) =>
    nodes.length === nodeCount && nodes.every(({ state }) => state === 'up');
  await untilAtRest(client, 0, isJoined, LIMIT_MS);
  await client.createCollection({
    ...{ name: COLLECTION, dimension: data.dimension, metric: 'l2' },
    ...{ partitions: from, replicationFactor: copies },
  });
  const changingCount = Math.round(documentCount * CHANGING_RATIO);
  const pauseMs = options.integer('pause-ms');
  const load = new MixedLoad(client, COLLECTION, { data, changingCount, pauseMs });
  const fillMs = await timed(() => load.fill());
  console.log(`${documentCount} documents written in ${seconds(fillMs)}`);
  await untilAtRest(client, from * copies, () => true, LIMIT_MS);
  load.start();
  const census = new Census(client, COLLECTION, data.documents, options.integer('seed'));
  census.start();
  await sleep(STEADY_MS);
  const before = load.take();
  const splitMs = await timed(async () => {
    await client.cluster.splitCollection({ collection: COLLECTION, partitions: to });
    if (withKills) await killSome();
    await untilAtRest(client, to * copies, isSplit, LIMIT_MS);
  });
  console.log(`split in ${seconds(splitMs)}`);
  const during = load.take();
  await sleep(STEADY_MS);
  await load.stop();
  await census.stop();
  const after = load.take();
  const lost = await load.lost();
  const compared = await client.cluster.compareReplicas(COLLECTION);
  const differing = compared.reduce((sum, one) => sum + one.bucketsDiffering, 0);
  const failed = [before, during, after].reduce((sum, counts) => {
    return sum + counts.failedSearches + counts.failedWrites;
  }, census.failedCount);
  const coverage = Math.min(before.coverageMin, during.coverageMin, after.coverageMin);
  const errors = [...before.errors, ...during.errors, ...after.errors, ...census.errors];
  const rows: [string, string, string, boolean | undefined][] = [
    ['operations failed', '0', String(failed), withKills ? undefined : failed === 0],
    ['least coverage of a search', '1', String(coverage), withKills ? undefined : coverage === 1],
    ['documents found not exactly once', '0', String(census.wrongCount), census.wrongCount === 0],
    ['documents lost, or older than acknowledged', '0', String(lost.length), lost.length === 0],
    ['buckets in which replicas differ', '0', String(differing), differing === 0],
    ['recall@10 before, during, after', '-', recalls(before, during, after), undefined],
    ['p99 before, during, after', '-', p99s(before, during, after), undefined],
    ['censuses of all documents', '-', String(census.roundCount), undefined],
    ['slowest of them', '-', slowest(census), undefined],
    ['filled in, split in', '-', `${seconds(fillMs)}, ${seconds(splitMs)}`, undefined],
  ];
  printTable(
    ['CRITERION', 'TARGET', 'MEASURED', ''],
    rows.map(([criterion, target, measured, isGood]) => {
      const word = isGood === undefined ? '-' : isGood ? 'PASS' : 'FAIL';
      return [criterion, target, measured, word];
    }),
  );
  for (const text of [...errors, ...census.wrong, ...lost].slice(0, 20)) console.log(text);
  const isWell = rows.every(([, , , isGood]) => isGood !== false);
  const operations = [before, during, after].reduce(
    (sum, one) => sum + one.searches + one.writes,
    0,
  );
  console.log(
    `split of ${documentCount} documents from ${from} to ${to} partitions, ${operations} searches and ` +
      `writes, ${census.callCount} calls of the census: ${isWell ? 'PASS' : 'FAIL'}`,
  );
  if (!isWell) process.exitCode = 1;
  writeJson(options.has('json') ? options.text('json') : undefined, machine, {
    rows,
    errors,
    splitMs,
    fillMs,
  });
} finally {
  await cluster.stop();
}

function isSplit({
  collections,
}: {
  collections: { splittingInto: number; partitions: unknown[] }[];
}) {
  return collections.every((one) => one.splittingInto === 0 && one.partitions.length === to);
}

async function killSome(): Promise<void> {
  const [nodeId] = cluster.nodeIds;
  await sleep(2_000);
  await cluster.coordinator.kill();
  await cluster.startCoordinator();
  await sleep(1_000);
  if (nodeId === undefined) return;
  await cluster.node(nodeId).kill();
  await cluster.startNode(nodeId);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAtMs = systemClock.nowMs();
  await work();
  return systemClock.nowMs() - begunAtMs;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.setTimer(ms, resolve));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function slowest({ slowest }: Census): string {
  return [...slowest].map(([kind, ms]) => `${kind} ${ms.toFixed(0)} ms`).join(', ');
}

function recalls(...counts: { recall: number }[]): string {
  return counts.map(({ recall }) => recall.toFixed(4)).join(', ');
}

function p99s(...counts: { p99Ms: number }[]): string {
  return counts.map(({ p99Ms }) => `${p99Ms.toFixed(0)} ms`).join(', ');
}
