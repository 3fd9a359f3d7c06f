/**
 * `peers`: the same documents, queries, recall and load processes against other servers on this
 * machine: Chroma's, from its npm package; PostgreSQL with pgvector, when it is there; and the bare
 * graph in process, which nothing can beat on one thread. Each is measured alone; the others' servers
 * are not running then.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { LoadFleet } from '../load/load-fleet.js';
import { ChromaServer } from '../peers/chroma-server.js';
import type { PeerServer } from '../peers/peer-server.js';
import { findPgvector } from '../peers/pgvector-install.js';
import { PgvectorServer } from '../peers/pgvector-server.js';
import { SearchPeer } from '../peers/search-peer.js';
import type { Chart } from '../report/chart.js';
import { percentileChart } from '../report/percentile-chart.js';
import { median } from '../report/run-report.js';
import { BareGraph } from './parts/bare-graph.js';
import { numberList } from './parts/number-list.js';
import { recallOf, type TunedEf, tuneEf } from './parts/recall.js';
import { Stage, TOP_K } from './parts/stage.js';
import type { Suite, SuiteContext, SuiteOutcome } from './suite.js';

interface Measured {
  who: string;
  tuned: TunedEf;
  concurrency: number;
  perSecond: number[];
  histogram: LatencyHistogram;
  failedCount: number;
}

export const peersSuite: Suite = {
  name: 'peers',
  summary: "the same load against Chroma's server, pgvector, and one bare thread as the bound",
  takesRunningCluster: true,
  options: [
    flagOnly({
      name: 'concurrency',
      type: 'text',
      placeholder: 'N,...',
      default: '1,16,64',
      description: 'Closed loops: searches always under way.',
    }),
    flagOnly({
      name: 'recall',
      type: 'number',
      default: '0.95',
      min: 0.1,
      max: 1,
      description: 'Recall@10 that everybody is tuned to.',
    }),
  ],
  run: runPeers,
};

async function runPeers(context: SuiteContext): Promise<SuiteOutcome> {
  const { options } = context;
  numberList(options, 'concurrency', { min: 1, max: 10_000 });
  const measured = [
    ...(await measureAnnulus(context)),
    ...(await measurePeer(context, "Chroma's server", () => ChromaServer.start())),
    ...(await measurePgvector(context)),
    await measureBare(context),
  ];
  return outcomeOf(measured, options.number('recall'));
}

async function measureAnnulus(context: SuiteContext): Promise<Measured[]> {
  const stage = await Stage.open(context);
  try {
    const tuned = await stage.tune(context.options.number('recall'));
    const measure = (kind: 'stream' | 'unary') =>
      eachConcurrency(context, `Annulus, ${kind}`, tuned, (concurrency) =>
        stage.measure({ kind, efSearch: tuned.ef }, { concurrency }),
      );
    return [...(await measure('stream')), ...(await measure('unary'))];
  } finally {
    await stage.close();
  }
}

/** Nothing, where it is not installed. */
async function measurePgvector(context: SuiteContext): Promise<Measured[]> {
  try {
    await findPgvector();
  } catch (error) {
    context.log.step(`pgvector is left out: ${(error as Error).message}`);
    return [];
  }
  return measurePeer(context, 'PostgreSQL', () => PgvectorServer.start());
}

async function measurePeer(
  context: SuiteContext,
  what: string,
  start: () => Promise<PeerServer>,
): Promise<Measured[]> {
  const { options, log } = context;
  const data = await context.loadData();
  const fleet = new LoadFleet(options.integer('clients'));
  let peer: SearchPeer | undefined;
  try {
    log.step(`starting ${what}`);
    peer = await SearchPeer.load(await start(), { data, fleet, log });
    const own = peer;
    const tuned = await own.tune(options.number('recall'));
    const pace = {
      durationMs: options.number('seconds') * 1000,
      warmUpMs: options.number('warm-up') * 1000,
    };
    return await eachConcurrency(context, own.name, tuned, (concurrency) =>
      own.measure({ concurrency, ...pace }),
    );
  } finally {
    fleet.stop();
    await peer?.close();
  }
}

async function eachConcurrency(
  { options, log }: SuiteContext,
  who: string,
  tuned: TunedEf,
  measure: (
    concurrency: number,
  ) => Promise<{ count: number; failedCount: number; tookMs: number; histogram: string }>,
): Promise<Measured[]> {
  const all: Measured[] = [];
  for (const concurrency of numberList(options, 'concurrency', { min: 1, max: 10_000 })) {
    const histogram = new LatencyHistogram();
    const one: Measured = { who, tuned, concurrency, perSecond: [], histogram, failedCount: 0 };
    for (let i = 0; i < options.integer('repeats'); i += 1) {
      log.step(`${who}, ${concurrency} at once: round ${i + 1}`);
      const result = await measure(concurrency);
      one.perSecond.push(((result.count - result.failedCount) / result.tookMs) * 1000);
      one.failedCount += result.failedCount;
      histogram.add(LatencyHistogram.decode(result.histogram));
    }
    all.push(one);
  }
  return all;
}

async function measureBare(context: SuiteContext): Promise<Measured> {
  const { options, log } = context;
  const data = await context.loadData();
  log.step('one bare thread');
  const graph = await BareGraph.cached(data);
  const nearest = await data.nearest(TOP_K);
  const recallAt = (ef: number) => recallOf(graph.answers(TOP_K, ef), nearest);
  const tuned = await tuneEf(recallAt, options.number('recall'), { min: TOP_K, max: 4000 });
  const histogram = new LatencyHistogram();
  const perSecond: number[] = [];
  for (let i = 0; i < options.integer('repeats'); i += 1) {
    const searches = graph.searches(TOP_K, tuned.ef, options.number('seconds') * 1000);
    perSecond.push(searches.perSecond);
    histogram.add(searches.histogram);
  }
  const who = 'hnswlib in process, one thread';
  return { who, tuned, concurrency: 1, perSecond, histogram, failedCount: 0 };
}

function outcomeOf(all: readonly Measured[], recall: number): SuiteOutcome {
  const nameOf = ({ who, concurrency }: Measured) => `${who}, ${concurrency} at once`;
  const histograms = Object.fromEntries(all.map((one) => [nameOf(one), one.histogram.encode()]));
  const bare = median(all.at(-1)?.perSecond ?? []);
  return {
    isPass: true,
    tables: [
      {
        title: `The same documents, load and recall@10 of at least ${recall}`,
        header: [
          ...['who', 'at once', 'ef', 'recall', 'queries/s', 'of one thread'],
          ...['p50 ms', 'p99 ms', 'failed'],
        ],
        rows: all.map(({ who, concurrency, tuned, perSecond, histogram, failedCount }) => [
          ...[who, concurrency, tuned.ef, Number(tuned.recall.toFixed(4))],
          ...[Math.round(median(perSecond)), Number((median(perSecond) / bare).toFixed(2))],
          ...[50, 99].map((percent) => Number(histogram.percentileMs(percent).toFixed(2))),
          failedCount,
        ]),
      },
    ],
    measurements: all.flatMap((one) => [
      {
        ...{ name: `queries/s, ${nameOf(one)}`, unit: '1/s', better: 'higher' as const },
        samples: one.perSecond,
      },
      {
        ...{ name: `p99, ${nameOf(one)}`, unit: 'ms', better: 'lower' as const },
        samples: [one.histogram.percentileMs(99)],
      },
    ]),
    charts: [
      throughputChart(all, recall),
      percentileChart('Latency by percentile, peers', histograms),
    ],
    histograms,
    facts: {},
  };
}

function throughputChart(all: readonly Measured[], recall: number): Chart {
  const bare = all.at(-1);
  const served = all.filter((one) => one !== bare);
  const concurrencies = [...new Set(served.map(({ concurrency }) => concurrency))];
  const names = [...new Set(served.map(({ who }) => who))];
  return {
    title: `Queries per second at recall@10 of ${recall}`,
    note: 'Client, servers and all on the same cores; the dashed line is one hnswlib thread alone.',
    x: {
      ...{ label: 'searches at once', kind: 'category' },
      categories: concurrencies.map(String),
    },
    y: { label: 'queries per second', kind: 'linear' },
    series: names.map((name) => ({
      ...{ name, kind: 'bar' },
      points: served
        .filter(({ who }) => who === name)
        .map(({ concurrency, perSecond }) => [
          concurrencies.indexOf(concurrency),
          Math.round(median(perSecond)),
        ]),
    })),
    levels: bare === undefined ? [] : [{ y: Math.round(median(bare.perSecond)), label: 'bare' }],
  };
}
