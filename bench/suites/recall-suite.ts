/**
 * `recall`: what is found against how fast, over `ef_search`: the curve that an approximate index is
 * chosen by. Beside the service, the same graph in process on one thread, which is what all else costs.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import type { Chart, Series } from '../report/chart.js';
import { median } from '../report/run-report.js';
import { count } from './common-options.js';
import { BareGraph } from './parts/bare-graph.js';
import { numberList } from './parts/number-list.js';
import { recallOf } from './parts/recall.js';
import { Stage, TOP_K } from './parts/stage.js';
import type { Suite, SuiteContext, SuiteOutcome } from './suite.js';

interface Point {
  ef: number;
  recall: number;
  perSecond: number[];
  p50Ms: number[];
  p99Ms: number[];
}

export const recallSuite: Suite = {
  name: 'recall',
  summary: 'recall against queries per second over ef_search: the pareto curve',
  takesRunningCluster: true,
  options: [
    flagOnly({
      name: 'ef',
      type: 'text',
      placeholder: 'N,...',
      default: '10,16,24,32,48,64,96,128,192,256,384,512',
      description: 'Values of ef_search.',
    }),
    count('concurrency', 64, 1, 10_000, 'Searches always under way.'),
    flagOnly({ name: 'no-bare', type: 'flag', description: 'Leave out the thread in process.' }),
  ],
  run: runRecall,
};

async function runRecall(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const efs = numberList(options, 'ef', { min: TOP_K, max: 10_000 });
  const data = await context.loadData();
  const nearest = await data.nearest(TOP_K);
  const stage = await Stage.open(context, { data });
  const repeats = Array.from({ length: options.integer('repeats') }, (_, i) => i);
  const service: Point[] = [];
  const bare: Point[] = [];
  try {
    for (const ef of efs) {
      log.step(`ef ${ef}`);
      const point = newPoint(ef, await stage.collection.recall(ef));
      for (const _ of repeats) {
        const concurrency = options.integer('concurrency');
        const sample = await stage.measure({ kind: 'stream', efSearch: ef }, { concurrency });
        addTo(point, sample.perSecond, sample.p50Ms, sample.p99Ms);
      }
      service.push(point);
    }
  } finally {
    await stage.close();
  }
  if (!options.flag('no-bare')) {
    log.step('the bare graph');
    const graph = await BareGraph.cached(data);
    for (const ef of efs) {
      const point = newPoint(ef, recallOf(graph.answers(TOP_K, ef), nearest));
      for (const _ of repeats) {
        const { perSecond, histogram } = graph.searches(TOP_K, ef, options.number('seconds') * 500);
        addTo(point, perSecond, histogram.percentileMs(50), histogram.percentileMs(99));
      }
      bare.push(point);
    }
  }
  return outcomeOf(service, bare, context);
}

function newPoint(ef: number, recall: number): Point {
  return { ef, recall, perSecond: [], p50Ms: [], p99Ms: [] };
}

function addTo(point: Point, perSecond: number, p50Ms: number, p99Ms: number): void {
  point.perSecond.push(perSecond);
  point.p50Ms.push(p50Ms);
  point.p99Ms.push(p99Ms);
}

function outcomeOf(
  service: readonly Point[],
  bare: readonly Point[],
  { options }: SuiteContext,
): SuiteOutcome {
  const row = (who: string) => (point: Point) => [
    ...[who, point.ef, Number(point.recall.toFixed(4)), Math.round(median(point.perSecond))],
    ...[point.p50Ms, point.p99Ms].map((values) => Number(median(values).toFixed(2))),
  ];
  const concurrency = options.integer('concurrency');
  return {
    isPass: true,
    tables: [
      {
        title: `Recall and throughput, ${concurrency} at once`,
        header: ['who', 'ef', `recall@${TOP_K}`, 'queries/s', 'p50 ms', 'p99 ms'],
        rows: [...service.map(row('annulus')), ...bare.map(row('one thread, in process'))],
      },
    ],
    measurements: service.flatMap(({ ef, recall, perSecond, p99Ms }) => [
      { name: `queries/s, ef ${ef}`, unit: '1/s', better: 'higher', samples: perSecond },
      { name: `p99, ef ${ef}`, unit: 'ms', better: 'lower', samples: p99Ms },
      { name: `recall, ef ${ef}`, unit: 'ratio', better: 'higher', samples: [recall] },
    ]),
    charts: [
      paretoChart(`Recall@${TOP_K} and queries per second, ${concurrency} at once`, [
        { name: 'Annulus, stream', points: service },
        { name: 'one hnswlib thread in process', points: bare },
      ]),
    ],
    histograms: {},
    facts: {},
  };
}

/** Up and to the right is better. */
export function paretoChart(
  title: string,
  curves: readonly {
    name: string;
    points: readonly Pick<Point, 'ef' | 'recall' | 'perSecond'>[];
  }[],
): Chart {
  const series = curves
    .filter(({ points }) => points.length > 0)
    .map(
      ({ name, points }): Series => ({
        ...{ name, kind: 'line' },
        points: points.map(({ recall, perSecond }) => [
          Number(recall.toFixed(4)),
          Math.round(median(perSecond)),
        ]),
        labels: points.map(({ ef }) => String(ef)),
      }),
    );
  const recalls = series.flatMap(({ points }) => points.map(([recall]) => recall));
  const min = Math.floor(Math.min(...recalls) * 20) / 20;
  return {
    title,
    note: 'Up and to the right is better; the numbers are ef_search.',
    x: { label: 'recall', kind: 'linear', min, max: 1 },
    y: { label: 'queries per second', kind: 'log' },
    series,
  };
}
