/**
 * Three copies on three nodes under half the load that they can take, while one of them is frozen:
 * SIGSTOP, which no connection notices. The phase begins with the stall, so what it takes to notice is
 * part of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import type { SearchLoadResult } from '../load/messages.js';
import { median } from '../report/run-report.js';
import { Stage } from '../suites/parts/stage.js';
import type { TargetRow, TargetsBench, TargetValue } from './target-row.js';

const COPIES = 3;
const COUNT_MAX = 30_000;
const BUSY = 64;
/** Between a return and the next round. */
const REST_MS = 2000;
const RETURN_LIMIT_MS = 60_000;

export const stalledRow: TargetRow = {
  name: 'stalled',
  what: 'p99 with one of three copies stalled / p99 healthy, half load',
  limit: { max: 1.5 },
  unit: 'x',
  measure,
};

interface StallRound {
  healthy: SearchLoadResult;
  stalled: SearchLoadResult;
}

async function measure({ context, settings }: TargetsBench): Promise<TargetValue> {
  const count = Math.min(COUNT_MAX, context.options.integer('count'));
  const data = await context.loadData({ count });
  const stage = await Stage.open(context, { data, shards: COPIES, copies: COPIES, partitions: 0 });
  try {
    const full = await stage.measure({ kind: 'stream' }, { concurrency: BUSY });
    const perSecond = Math.max(1, Math.round(full.perSecond / 2));
    const load = { durationMs: 2 * settings.durationMs, perSecond };
    const search = () =>
      stage.fleet.search(stage.collection.load(stage.collection.target({ kind: 'stream' }), load));
    const rounds: StallRound[] = [];
    for (let i = 0; i < settings.repeats; i += 1) {
      context.log.step(`one copy of three stalled, ${perSecond}/s: round ${i + 1}`);
      await search();
      const healthy = await search();
      rounds.push({ healthy, stalled: await whileStalled(stage.cluster, search) });
    }
    return toValue(rounds, perSecond);
  } finally {
    await stage.close();
  }
}

async function whileStalled(
  { own, client }: BenchCluster,
  search: () => Promise<SearchLoadResult>,
): Promise<SearchLoadResult> {
  if (own === undefined) throw new Error('a stall needs a cluster of its own');
  const node = own.node(own.nodeIds[0] as string);
  node.signal('SIGSTOP');
  const stalled = await search().finally(() => node.signal('SIGCONT'));
  for (let waitedMs = 0; ; waitedMs += REST_MS) {
    await sleep(REST_MS);
    const { collections, nodes } = await client.cluster.getTopology();
    const replicas = collections.flatMap(({ partitions }) => partitions.flatMap((p) => p.replicas));
    const isWhole = replicas.every(({ state }) => state === 'in_sync');
    if (isWhole && nodes.every(({ state }) => state === 'up')) return stalled;
    if (waitedMs > RETURN_LIMIT_MS) throw new Error('the stalled node does not come back');
  }
}

function toValue(rounds: readonly StallRound[], perSecond: number): TargetValue {
  const p99Ms = (of: keyof StallRound) => median(rounds.map((round) => round[of].p99Ms)).toFixed(2);
  const all = rounds.flatMap(({ healthy, stalled }) => [healthy, stalled]);
  const failedCount = all.reduce((sum, result) => sum + result.failedCount, 0);
  const histogramOf = (of: keyof StallRound) =>
    LatencyHistogram.merged(
      rounds.map((round) => LatencyHistogram.decode(round[of].histogram)),
    ).encode();
  return {
    samples: rounds.map(({ healthy, stalled }) => stalled.p99Ms / healthy.p99Ms),
    detail: `${p99Ms('stalled')} ms / ${p99Ms('healthy')} ms at ${perSecond}/s, ${failedCount} failed`,
    isValid: failedCount === 0,
    histograms: {
      'three copies, healthy': histogramOf('healthy'),
      'three copies, one stalled': histogramOf('stalled'),
    },
  };
}
