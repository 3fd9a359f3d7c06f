/**
 * `ingest`: documents per second, how soon a new document is found, and what one costs in memory and
 * on disk. A document is durable when it is acknowledged.
 */
import { join } from 'node:path';
import { type Random, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { diskUsageBytes } from '../cluster/disk-usage.js';
import { rowOf } from '../datasets/vector-set.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { copyOf } from '../load/load-client.js';
import { percentileChart } from '../report/percentile-chart.js';
import { count } from './common-options.js';
import { BareGraph } from './parts/bare-graph.js';
import { Stage } from './parts/stage.js';
import type { Measurement, Suite, SuiteContext, SuiteOutcome } from './suite.js';

export const ingestSuite: Suite = {
  name: 'ingest',
  summary: 'documents per second, time to searchable, memory and disk per document',
  takesRunningCluster: true,
  options: [count('probes', 200, 1, 100_000, 'New documents whose way to being found is timed.')],
  run: runIngest,
};

/** A document that is not found within it never will be. */
const PROBE_LIMIT_MS = 30_000;

interface Load {
  acknowledgedPerSecond: number;
  settledPerSecond: number;
  /** NaN when the nodes are not ours. */
  memoryBytes: number;
  diskBytes: number;
}

async function runIngest(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const data = await context.loadData();
  log.step('the bare graph');
  const { addedPerSecond } = BareGraph.build(data, { onProgress: log.progress });
  const loads: Load[] = [];
  const random = seededRandom(options.integer('seed'));
  const idle = new LatencyHistogram();
  const busy = new LatencyHistogram();
  for (let i = 0; i < options.integer('repeats'); i += 1) {
    log.step(`round ${i + 1}`);
    const stage = await Stage.open(context, { data });
    try {
      await stage.cluster.untilRested();
      loads.push(loadOf(stage));
      log.step('time to searchable, idle');
      for (let n = 0; n < options.integer('probes'); n += 1) {
        await probe(stage, `idle-${n}`, random, idle);
      }
      log.step('time to searchable, while others write');
      await probeWhileWriting(stage, options, random, busy);
    } finally {
      await stage.close();
    }
  }
  return outcomeOf(loads, { idle, busy }, addedPerSecond);
}

function loadOf(stage: Stage): Load {
  const { acknowledgedMs, settledMs } = stage.collection.ingested;
  const documentCount = stage.data.base.count;
  const { own } = stage.cluster;
  const directories = own?.nodeIds.map((nodeId) => join(own.directory, nodeId)) ?? [];
  const disk = directories.reduce((sum, directory) => sum + diskUsageBytes(directory), 0);
  const grown = (stage.cluster.nodesRssAnonBytes() ?? Number.NaN) - stage.emptyNodesBytes;
  return {
    acknowledgedPerSecond: (documentCount / acknowledgedMs) * 1000,
    settledPerSecond: (documentCount / settledMs) * 1000,
    memoryBytes: grown / documentCount,
    diskBytes: own === undefined ? Number.NaN : disk / documentCount,
  };
}

/** Writes a document and searches for its vector until it is the first hit. */
async function probe(
  { cluster, collection, data }: Stage,
  id: string,
  random: Random,
  histogram: LatencyHistogram,
): Promise<void> {
  const row = Math.floor(random.next() * data.queries.count);
  // Near no other: only this document is its own nearest.
  const vector = rowOf(data.queries, row).map((value) => value + (random.next() - 0.5) / 10);
  const startMs = systemClock.nowMs();
  await cluster.client.upsert(collection.name, { id, vector });
  for (;;) {
    const { hits } = await cluster.client.search(collection.name, { vector, topK: 1 });
    if (hits[0]?.id === id) break;
    if (systemClock.nowMs() - startMs > PROBE_LIMIT_MS) throw new Error(`${id} is not found`);
  }
  histogram.recordMs(systemClock.nowMs() - startMs);
}

async function probeWhileWriting(
  stage: Stage,
  options: SuiteContext['options'],
  random: Random,
  histogram: LatencyHistogram,
): Promise<void> {
  const { data, cluster, collection, fleet } = stage;
  const writing = fleet.first.ingest({
    ...{ address: cluster.address, collection: collection.name },
    ...{ dimension: data.base.dimension, vectors: copyOf(data.base.values) },
    ...{ prefix: 'more-', firstNumber: 0, durationMs: options.number('seconds') * 2000 },
  });
  let isWriting = true;
  const over = writing.finally(() => {
    isWriting = false;
  });
  for (let i = 0; isWriting && i < options.integer('probes'); i += 1) {
    await probe(stage, `busy-${i}`, random, histogram);
  }
  await over;
}

function outcomeOf(
  loads: readonly Load[],
  searchable: { idle: LatencyHistogram; busy: LatencyHistogram },
  addedPerSecond: number,
): SuiteOutcome {
  const of = (
    name: string,
    unit: string,
    better: Measurement['better'],
    key: keyof Load,
  ): Measurement => ({ name, unit, better, samples: loads.map((load) => load[key]) });
  const rows = loads.map((load, i) => [
    ...[i + 1, Math.round(load.acknowledgedPerSecond), Math.round(load.settledPerSecond)],
    Number((load.acknowledgedPerSecond / addedPerSecond).toFixed(2)),
    ...[load.memoryBytes, load.diskBytes].map((bytes) => Math.round(bytes)),
  ]);
  const header = ['round', 'acknowledged/s', 'settled/s', 'of bare addPoint'];
  const ways = Object.entries(searchable).filter(([, { count: all }]) => all > 0);
  return {
    isPass: true,
    tables: [
      {
        title: `Documents per second (bare addPoint of one thread: ${Math.round(addedPerSecond)}/s)`,
        header: [...header, 'memory, bytes/document', 'disk, bytes/document'],
        rows,
      },
      {
        title: 'From the call that writes a document until a search finds it',
        header: ['while', 'documents', 'p50 ms', 'p99 ms', 'max ms'],
        rows: ways.map(([name, histogram]) => [
          ...[name, histogram.count],
          ...[50, 99, 100].map((percent) => Number(histogram.percentileMs(percent).toFixed(2))),
        ]),
      },
    ],
    measurements: [
      of('acknowledged documents/s', '1/s', 'higher', 'acknowledgedPerSecond'),
      of('settled documents/s', '1/s', 'higher', 'settledPerSecond'),
      of('memory per document', 'bytes', 'lower', 'memoryBytes'),
      of('disk per document', 'bytes', 'lower', 'diskBytes'),
      ...ways.map(([name, histogram]) => ({
        ...{ name: `time to searchable p99, ${name}`, unit: 'ms', better: 'lower' as const },
        samples: [histogram.percentileMs(99)],
      })),
    ],
    charts: [
      percentileChart(
        'Time to searchable',
        Object.fromEntries(ways.map(([name, histogram]) => [name, histogram.encode()])),
        'From the call that writes a document until a search finds it.',
      ),
    ],
    histograms: Object.fromEntries(ways.map(([name, histogram]) => [name, histogram.encode()])),
    facts: { bareAddedPerSecond: Math.round(addedPerSecond) },
  };
}
