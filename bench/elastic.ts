/**
 * `npm run bench -- elastic [--rounds N] [--documents N] [--partitions N] [--copies N] [--kills]
 * [--pause-ms MS] [--seed N] [--json FILE]`: a cluster grows from 3 nodes to 5 and shrinks to 3
 * again, one node at a time, so many times over, while searches and writes go on. No search and no
 * write may fail, none may be partial, nothing acknowledged may be lost, recall@10 may not fall by
 * more than 0.005, no more than 1.2 times the replicas that must may move, and afterwards no node may
 * carry more than 1.2 times the mean. With `--kills` a random process is SIGKILLed during every
 * change, and started again: then everything must complete by itself, and nothing be lost. Exit code
 * 1 when not.
 */
import { parseArgs } from 'node:util';
import { randomInt, seededRandom } from '../src/base/random.js';
import { systemClock } from '../src/base/system-clock.js';
import { ProcessCluster } from './cluster/process-cluster.js';
import { DIMENSION, type LoadCounts, MixedLoad } from './elastic/mixed-load.js';
import { holdersOf, loadsOf, untilAtRest } from './elastic/shape.js';
import { machineLine, percentile, printTable, writeJson } from './report/run-report.js';

const { values: args } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    documents: { type: 'string', default: '4000' },
    partitions: { type: 'string', default: '16' },
    copies: { type: 'string', default: '2' },
    'pause-ms': { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const COLLECTION = 'elastic';
const STEADY_MS = 5_000;
const REST_LIMIT_MS = 120_000;
const MOVED_RATIO_MAX = 1.2;
const LOAD_RATIO_MAX = 1.2;
const RECALL_LOSS_MAX = 0.005;
const rounds = Number(args.rounds);
const replicaCount = Number(args.partitions) * Number(args.copies);
const random = seededRandom(Number(args.seed));
const machine = machineLine();
console.log(machine);

interface Change {
  change: string;
  tookMs: number;
  moved: number;
  ideal: number;
  /** Replicas of the fullest node over the mean. */
  loadRatio: number;
  killed: string;
  recall: number;
  p99Ms: number;
  counts: Omit<LoadCounts, 'latenciesMs'>;
}

const cluster = await ProcessCluster.start({ shards: 3 });
try {
  const { client } = cluster;
  await untilAtRest(client, 0, ({ nodes }) => nodes.length === 3, REST_LIMIT_MS);
  await client.createCollection({
    name: COLLECTION,
    dimension: DIMENSION,
    metric: 'l2',
    partitions: Number(args.partitions),
    replicationFactor: Number(args.copies),
  });
  const load = new MixedLoad(client, COLLECTION, {
    steadyCount: Number(args.documents),
    seed: Number(args.seed),
    pauseMs: Number(args['pause-ms']),
  });
  await load.fill();
  load.start();
  await sleep(STEADY_MS);
  load.take();
  await sleep(STEADY_MS);
  const steady = load.take();
  const steadyRecall = steady.recallSum / steady.recallCount;
  const perSecond = (1000 * steady.searches) / STEADY_MS;
  console.log(
    `steady: recall@10 ${steadyRecall.toFixed(4)}, ${perSecond.toFixed(0)} searches/s, ` +
      `p99 ${p99Of(steady).toFixed(1)} ms`,
  );
  const changes: Change[] = [];
  let joinedCount = 3;
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['join', 'join', 'leave', 'leave'] as const) {
      const change = kind === 'join' ? await join(`node-${++joinedCount}`) : await leave();
      changes.push(change);
      show(change);
    }
  }
  await load.stop();
  const lost = await load.lost();
  report(changes, lost, steadyRecall, load.acknowledged.size);

  async function join(nodeId: string): Promise<Change> {
    const before = await client.cluster.getTopology();
    const nodeCount = before.nodes.length + 1;
    const ideal = Math.floor(replicaCount / nodeCount);
    return await changed(`+ ${nodeId}`, ideal, async () => {
      await cluster.startNode(nodeId);
      const killed = await killDuring();
      await untilAtRest(
        client,
        replicaCount,
        (topology) => (loadsOf(topology).get(nodeId) ?? 0) > 0,
        REST_LIMIT_MS,
      );
      return killed;
    });
  }

  async function leave(): Promise<Change> {
    const before = await client.cluster.getTopology();
    const { nodeId } = before.nodes[randomInt(random, before.nodes.length)] ?? { nodeId: '' };
    const ideal = loadsOf(before).get(nodeId) ?? 0;
    return await changed(`- ${nodeId}`, ideal, async () => {
      await client.cluster.drainNode(nodeId);
      const killed = await killDuring();
      await untilAtRest(
        client,
        replicaCount,
        ({ nodes }) => nodes.find((node) => node.nodeId === nodeId)?.isDrained === true,
        REST_LIMIT_MS,
      );
      await client.cluster.removeNode(nodeId);
      await cluster.node(nodeId).stop();
      return killed;
    });
  }

  async function changed(name: string, ideal: number, make: () => Promise<string>) {
    const holdersBefore = holdersOf(await client.cluster.getTopology());
    load.take();
    const begunAtMs = systemClock.nowMs();
    const killed = await make();
    const tookMs = systemClock.nowMs() - begunAtMs;
    const topology = await client.cluster.getTopology();
    const { latenciesMs, ...counts } = load.take();
    const loads = [...loadsOf(topology).values()];
    const moved = [...holdersOf(topology)].filter((holder) => !holdersBefore.has(holder)).length;
    return {
      change: name,
      tookMs,
      moved,
      ideal,
      loadRatio: Math.max(...loads) / (replicaCount / loads.length),
      killed,
      recall: counts.recallSum / counts.recallCount,
      p99Ms: p99Of({ latenciesMs }),
      counts,
    };
  }

  /** While replicas move; resolves to what was killed, once that runs again. */
  async function killDuring(): Promise<string> {
    if (!args.kills) return '';
    await sleep(1_500 + randomInt(random, 1_500));
    const victims = cluster.nodeIds.filter((nodeId) => !cluster.node(nodeId).hasExited);
    const victim = victims[randomInt(random, victims.length + 1)];
    if (victim === undefined) {
      await cluster.coordinator.kill();
      await cluster.startCoordinator();
      return 'coordinator';
    }
    await cluster.node(victim).kill();
    await cluster.startNode(victim);
    return victim;
  }
} finally {
  await cluster.stop();
}

function show({ change, tookMs, moved, ideal, loadRatio, killed, recall, p99Ms, counts }: Change) {
  const { searches, failedSearches, partialSearches, writes, failedWrites } = counts;
  console.log(
    `${change.padEnd(10)} ${(tookMs / 1000).toFixed(1)} s, moved ${moved} of ${ideal}, fullest ` +
      `${loadRatio.toFixed(2)}, recall ${recall.toFixed(4)}, p99 ${p99Ms.toFixed(0)} ms, ` +
      `${searches} searches (${failedSearches} failed, ${partialSearches} partial), ${writes} writes ` +
      `(${failedWrites} failed)${killed === '' ? '' : `, killed ${killed}`}`,
  );
  for (const error of counts.errors) console.log(`  ${error}`);
}

function report(
  changes: readonly Change[],
  lost: readonly string[],
  steadyRecall: number,
  acknowledged: number,
): void {
  const sum = (value: (change: Change) => number) =>
    changes.reduce((total, change) => total + value(change), 0);
  const movedRatio = sum(({ moved }) => moved) / sum(({ ideal }) => ideal);
  const worstLoad = Math.max(...changes.map(({ loadRatio }) => loadRatio));
  const worstRecall = Math.min(...changes.map(({ recall }) => recall));
  const failed = sum(({ counts }) => counts.failedSearches + counts.failedWrites);
  const partial = sum(({ counts }) => counts.partialSearches);
  const recallLoss = steadyRecall - worstRecall;
  const rows: [string, string, string, boolean][] = [
    ['failed searches and writes', '0', String(failed), failed === 0 || args.kills],
    ['partial searches', '0', String(partial), partial === 0],
    [`lost of ${acknowledged} ids`, '0', String(lost.length), lost.length === 0],
    ['recall@10 lost', '0.005', recallLoss.toFixed(4), recallLoss <= RECALL_LOSS_MAX],
    ['replicas moved over ideal', '1.2', movedRatio.toFixed(3), movedRatio <= MOVED_RATIO_MAX],
    ['fullest node over mean', '1.2', worstLoad.toFixed(3), worstLoad <= LOAD_RATIO_MAX],
  ];
  printTable(
    ['', 'at most', 'measured', ''],
    rows.map(([name, target, value, isGood]) => [name, target, value, isGood ? 'PASS' : 'FAIL']),
  );
  for (const one of lost.slice(0, 10)) console.log(one);
  const searches = sum(({ counts }) => counts.searches);
  const writes = sum(({ counts }) => counts.writes);
  console.log(`${changes.length} changes of shape, ${searches} searches, ${writes} writes`);
  if (rows.some(([, , , isGood]) => !isGood)) process.exitCode = 1;
  writeJson(args.json, machine, { changes, lost, steadyRecall, movedRatio });
}

function p99Of({ latenciesMs }: Pick<LoadCounts, 'latenciesMs'>): number {
  return percentile(
    [...latenciesMs].sort((a, b) => a - b),
    0.99,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.setTimer(ms, resolve));
}
