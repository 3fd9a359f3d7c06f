/**
 * Three copies on three nodes under half the load that they can take, while one of them is frozen:
 * SIGSTOP, which no connection notices. The phase begins with the stall, so what it takes to notice is
 * part of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { LoadFleet } from '../load/load-fleet.js';
import type { SearchLoadResult } from '../load/messages.js';
import { median } from '../report/run-report.js';
import { LoadedCollection } from '../suites/parts/loaded-collection.js';
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

async function measure(bench: TargetsBench): Promise<TargetValue> {
  const { context, settings } = bench;
  const count = Math.min(COUNT_MAX, context.options.integer('count'));
  const data = await context.loadData({ count });
  const cluster = await context.openCluster({ shards: COPIES });
  const fleet = new LoadFleet(context.options.integer('clients'));
  try {
    const collection = await LoadedCollection.load({
      ...{ cluster, fleet, data, log: context.log, topK: settings.topK },
      settings: { replicationFactor: COPIES },
    });
    const target = collection.target({ kind: 'stream' });
    const { durationMs } = settings;
    const full = await fleet.search(
      collection.load(target, { warmUpMs: settings.warmUpMs, durationMs, concurrency: BUSY }),
    );
    const perSecond = Math.max(1, Math.round((full.count / full.tookMs) * 500));
    const search = () =>
      fleet.search(collection.load(target, { durationMs: 2 * durationMs, perSecond }));
    const rounds: StallRound[] = [];
    for (let i = 0; i < settings.repeats; i += 1) {
      context.log.step(`one copy of three stalled, ${perSecond}/s: round ${i + 1}`);
      await search();
      const healthy = await search();
      rounds.push({ healthy, stalled: await whileStalled(cluster, search) });
    }
    return toValue(rounds, perSecond);
  } finally {
    fleet.stop();
    await cluster.close();
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
