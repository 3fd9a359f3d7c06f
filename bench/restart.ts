/**
 * `npm run bench -- restart [--count N] [--rounds N] [--json FILE]`: SIGKILL of a shard node, and the
 * time from its new process to the first answered search of everything it holds. Settled: the load is
 * over for some seconds. Just loaded: killed with the acknowledgement of the last document. Without
 * graph file: that is deleted meanwhile. Exit code 1 when the median of one of the first two is more
 * than 2 s, or documents are missing.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../src/base/system-clock.js';
import { DocumentTruth } from './acceptance/document-truth.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { loadGlove } from './datasets/glove.js';
import { rowOf } from './datasets/vector-set.js';
import { untilIdle } from './report/process-cpu.js';
import { machineLine, median, percentile, printTable, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const args = programOptions('npm run bench -- restart', [
  count('count', 50_000, 1000, 341_479, 'Documents.'),
  count('rounds', 3, 1, 100, 'Restarts of each kind; the median counts.'),
  jsonOption,
]);
const TARGET_MS = 2000;
const GIVE_UP_MS = 120_000;
const POLL_MS = 10;
const SETTLED_MS = 6000;
const SEARCHES = 100;
const COLLECTION = 'restarted';
const NODE = 'node-1';
const wantedCount = args.integer('count');
const machine = machineLine();

type Case = 'settled' | 'just loaded' | 'without graph file';

interface Restart {
  name: Case;
  /** Until the process said that it is ready, and until a search was answered. */
  readyMs: number;
  servesMs: number;
  /** Of the searches right after that. */
  p50Ms: number;
  p99Ms: number;
  documentCount: number;
}

const { base, queries } = await loadGlove({ queryCount: 1000, seed: 1, count: wantedCount });
const results: Restart[] = [];

async function untilServing(cluster: ProcessCluster, startedAtMs: number): Promise<void> {
  const vector = rowOf(queries, 0);
  for (;;) {
    const failed = await cluster.client.search(COLLECTION, { vector }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed === undefined) return;
    if (systemClock.nowMs() - startedAtMs > GIVE_UP_MS) throw failed;
    await sleep(POLL_MS);
  }
}

async function untilUp({ client }: ProcessCluster): Promise<void> {
  while ((await client.cluster.listNodes()).every(({ state }) => state !== 'up')) {
    await sleep(POLL_MS);
  }
}

async function searchTimes(cluster: ProcessCluster): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < SEARCHES; i += 1) {
    const startedAtMs = systemClock.nowMs();
    await cluster.client.search(COLLECTION, { vector: rowOf(queries, i) });
    times.push(systemClock.nowMs() - startedAtMs);
  }
  return times.sort((a, b) => a - b);
}

async function restart(cluster: ProcessCluster, name: Case): Promise<void> {
  await cluster.node(NODE).kill();
  if (name === 'without graph file') removeGraphs(join(cluster.directory, NODE));
  const startedAtMs = systemClock.nowMs();
  await cluster.startNode(NODE);
  const readyMs = systemClock.nowMs() - startedAtMs;
  await untilServing(cluster, startedAtMs);
  const servesMs = systemClock.nowMs() - startedAtMs;
  const times = await searchTimes(cluster);
  const documentCount = await cluster.client.count(COLLECTION);
  const [p50Ms, p99Ms] = [percentile(times, 0.5), percentile(times, 0.99)];
  results.push({ name, readyMs, servesMs, p50Ms, p99Ms, documentCount });
  console.error(`${name}: serves after ${servesMs.toFixed(0)} ms`);
}

function removeGraphs(directory: string): void {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const isOfGraph = (file: string) => /(^|\/)graph(\.\d+\.hnsw)?$/.test(file);
  for (const file of files.filter(isOfGraph)) rmSync(join(directory, file));
}

for (let round = 0; round < args.integer('rounds'); round += 1) {
  const cluster = await ProcessCluster.start({ shards: 1 });
  try {
    await untilUp(cluster);
    await cluster.client.createCollection({ name: COLLECTION, dimension: base.dimension });
    const documents = new DocumentTruth(base).documents();
    await cluster.client.upsertMany(COLLECTION, documents, { failureCountMax: 0 });
    await restart(cluster, 'just loaded');
    await untilIdle([cluster.node(NODE).pid]);
    await sleep(SETTLED_MS);
    await untilIdle([cluster.node(NODE).pid]);
    await restart(cluster, 'settled');
    await restart(cluster, 'without graph file');
  } finally {
    await cluster.stop();
  }
}

const ms = (value: number) => value.toFixed(1);
const cases: Case[] = ['settled', 'just loaded', 'without graph file'];
const lines = cases.map((name) => {
  const runs = results.filter((result) => result.name === name);
  const servesMs = median(runs.map((run) => run.servesMs));
  const isWhole = runs.every(({ documentCount }) => documentCount === wantedCount);
  const hasTarget = name !== 'without graph file';
  const isPass = isWhole && (!hasTarget || servesMs <= TARGET_MS);
  return { name, runs, servesMs, hasTarget, isPass };
});
console.log(`${machine}\n${wantedCount} GloVe vectors, one shard node, default settings\n`);
printTable(
  ['killed', 'ready ms', 'serves ms', 'wanted', 'search p50 ms', 'p99 ms', 'result'],
  lines.map(({ name, runs, servesMs, hasTarget, isPass }) => [
    name,
    median(runs.map(({ readyMs }) => readyMs)).toFixed(0),
    servesMs.toFixed(0),
    hasTarget ? `<= ${TARGET_MS}` : '',
    ms(median(runs.map(({ p50Ms }) => p50Ms))),
    ms(median(runs.map(({ p99Ms }) => p99Ms))),
    isPass ? 'PASS' : 'FAIL',
  ]),
);
console.log(
  `\nmedians of ${args.integer('rounds')} rounds; searches one by one, right after the first answer`,
);
writeJson(args.optionalText('json'), machine, results);
if (lines.some(({ isPass }) => !isPass)) process.exitCode = 1;
