/**
 * `npm run bench -- elastic [--rounds N] [--documents N] [--partitions N] [--copies N] [--kills]
 * [--pause-ms MS] [--seed N] [--json FILE]`: a cluster grows from 3 nodes to 5 and shrinks to 3
 * again, one node at a time, so many times over, while searches and writes go on. No search and no
 * write may fail, none may be partial, nothing acknowledged may be lost, recall@10 may not fall by
 * more than 0.005, no more than 1.2 times the replicas that must may move, and afterwards no node may
 * carry more than 1.2 times the mean.
 *
 * With `--kills` there are two coordinators over a real etcd, where there is an etcd, and during the
 * moves of each change a random process (a node, a coordinator, the controller) is SIGKILLed, and
 * started again: then everything must complete by itself, and nothing be lost. Calls that met a dead
 * process are counted, not judged. Exit code 1 when a criterion is not met.
 */
import { seededRandom } from '../src/base/random.js';
import { systemClock } from '../src/base/system-clock.js';
import { flagOnly } from '../src/cli/client-command.js';
import { hasEtcd } from './cluster/etcd-server.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { NODES_AT_FIRST, type ShapeChange, ShapeRounds, sleep } from './elastic/change-shape.js';
import { type ElasticCluster, startElastic } from './elastic/elastic-cluster.js';
import { type ElasticData, gloveData } from './elastic/elastic-data.js';
import type { LoadCounts } from './elastic/load-counts.js';
import { BATCH, MixedLoad } from './elastic/mixed-load.js';
import { untilAtRest } from './elastic/shape.js';
import { type ElasticRun, judge } from './elastic/verdict.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const args = programOptions('npm run bench -- elastic', [
  count('rounds', 3, 1, 10_000, 'Rounds of two nodes that come and two that go.'),
  count('documents', 16_000, 1000, 300_000, 'GloVe vectors.'),
  count('partitions', 16, 1, 4096, 'A power of two.'),
  count('copies', 2, 1, 3, 'Copies of each partition.'),
  count('pause-ms', 10, 0, 60_000, 'Pause of each loop of the load after a call.'),
  count('seed', 1, 0, 0xffff_ffff, 'Of everything drawn by chance.'),
  flagOnly({ name: 'kills', type: 'flag', description: 'SIGKILL a process in every change.' }),
  jsonOption,
]);
const COLLECTION = 'elastic';
const STEADY_MS = 8_000;
const LIMIT_MS = 120_000;
/** Of the documents, those that are written again and again. */
const CHANGING_RATIO = 0.1;
const rounds = args.integer('rounds');
const replicaCount = args.integer('partitions') * args.integer('copies');
const withKills = args.flag('kills');
const machine = machineLine();
console.log(machine);
const begunAtMs = systemClock.nowMs();
const data = await gloveData(args.integer('documents'), args.integer('seed'));
const cluster = await startElastic(NODES_AT_FIRST, withKills && hasEtcd);
try {
  const load = await fill(cluster, data);
  report(await run(cluster, load), load.documentCount);
} finally {
  await cluster.stop();
}

/** Resolves when all documents are there. */
async function fill({ client }: ElasticCluster, { dimension }: ElasticData): Promise<MixedLoad> {
  const isReached = ({ nodes }: { nodes: { state: string }[] }) =>
    nodes.length === NODES_AT_FIRST && nodes.every(({ state }) => state === 'up');
  await untilAtRest(client, 0, isReached, LIMIT_MS);
  await client.createCollection({
    ...{ name: COLLECTION, dimension, metric: 'l2', partitions: args.integer('partitions') },
    replicationFactor: args.integer('copies'),
  });
  const changingCount = Math.round(args.integer('documents') * CHANGING_RATIO);
  const options = { data, changingCount, pauseMs: args.integer('pause-ms') };
  const load = new MixedLoad(client, COLLECTION, options);
  const filledAtMs = systemClock.nowMs();
  await load.fill();
  const seconds = (systemClock.nowMs() - filledAtMs) / 1000;
  console.log(`${load.documentCount} documents written in ${seconds.toFixed(1)} s`);
  return load;
}

async function run(of: ElasticCluster, load: MixedLoad): Promise<ElasticRun> {
  load.start();
  await sleep(STEADY_MS);
  load.take();
  await sleep(STEADY_MS);
  const first = load.take();
  const steady = [first];
  const perSecond = (count: number) => ((1000 * count) / STEADY_MS).toFixed(0);
  console.log(
    `steady: recall@10 ${first.recall.toFixed(4)}, ${perSecond(first.searches)} searches/s, p99 ` +
      `${first.p99Ms.toFixed(1)} ms, ${perSecond(BATCH * first.writes)} documents written/s`,
  );
  const changes: ShapeChange[] = [];
  const onChange = (change: ShapeChange) => {
    changes.push(change);
    show(change);
  };
  const random = seededRandom(args.integer('seed'));
  const onRest = (counts: LoadCounts) => steady.push(counts);
  const options = { rounds, replicaCount, withKills, random, onChange, onRest };
  // What was lost is told of a run that got stuck as well.
  await new ShapeRounds(of, load, options).run().catch((error: unknown) => {
    console.log(`stuck: ${(error as Error).stack}`);
  });
  await load.stop();
  const compared = await of.client.cluster.compareReplicas(COLLECTION);
  const bucketsDiffering = compared.reduce((sum, one) => sum + one.bucketsDiffering, 0);
  const lost = await load.lost();
  return { changes, changesWanted: 4 * rounds, steady, lost, bucketsDiffering, withKills };
}

function show({ change, tookMs, moved, ideal, loadRatio, killed, counts }: ShapeChange): void {
  const { searches, failedSearches, writes, failedWrites, recall, p99Ms } = counts;
  console.log(
    `${change.padEnd(10)} ${(tookMs / 1000).toFixed(1).padStart(5)} s, moved ${moved} of ${ideal}, ` +
      `fullest ${loadRatio.toFixed(2)}, recall ${recall.toFixed(4)}, p99 ${p99Ms.toFixed(0)} ms, ` +
      `${searches} searches (${failedSearches} failed), ${writes} writes (${failedWrites} failed)` +
      `${killed === '' ? '' : `, killed ${killed}`}`,
  );
  for (const error of counts.errors) console.log(`  ${error}`);
}

function report(result: ElasticRun, documentCount: number): void {
  const { changes, lost } = result;
  const verdicts = judge(result);
  const rows = verdicts.map(({ criterion, target, measured, isGood }) => {
    const word = isGood === undefined ? '-' : isGood ? 'PASS' : 'FAIL';
    return [criterion, target, measured, word];
  });
  printTable(['CRITERION', 'TARGET', 'MEASURED', ''], rows);
  for (const one of lost.slice(0, 10)) console.log(one);
  const total = (value: (change: ShapeChange) => number) =>
    changes.reduce((sum, change) => sum + value(change), 0);
  const seconds = (systemClock.nowMs() - begunAtMs) / 1000;
  console.log(
    `${changes.length} changes of shape of ${documentCount} documents, ` +
      `${total(({ counts }) => counts.searches)} searches, ${total(({ counts }) => counts.writes)} ` +
      `writes, ${changes.filter(({ killed }) => killed !== '').length} kills, in ` +
      `${seconds.toFixed(0)} s`,
  );
  const isWell = verdicts.every(({ isGood }) => isGood !== false);
  console.log(`elastic${withKills ? ' with kills' : ''}: ${isWell ? 'PASS' : 'FAIL'}`);
  if (!isWell) process.exitCode = 1;
  writeJson(args.optionalText('json'), machine, { ...result, verdicts });
}
