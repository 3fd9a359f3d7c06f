/**
 * `latency`: percentiles of closed loops at several concurrencies, and of open loops at shares of what
 * the busiest of them reached, where waiting behind a slow answer counts.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { percentileChart } from '../report/percentile-chart.js';
import { median } from '../report/run-report.js';
import { numberList } from './parts/number-list.js';
import { type LoadShape, Stage, type StageSample } from './parts/stage.js';
import type { Suite, SuiteContext, SuiteOutcome } from './suite.js';

interface Measured {
  name: string;
  samples: StageSample[];
}

export const latencySuite: Suite = {
  name: 'latency',
  summary: 'latency by percentile, closed loops and open loops, at a wanted recall',
  takesRunningCluster: true,
  options: [
    flagOnly({
      name: 'concurrency',
      type: 'text',
      placeholder: 'N,...',
      default: '1,16,64,256',
      description: 'Closed loops: searches always under way.',
    }),
    flagOnly({
      name: 'load',
      type: 'text',
      placeholder: 'PERCENT,...',
      default: '25,50,75,90',
      description: 'Open loops: shares of the highest throughput of the closed ones.',
    }),
    flagOnly({
      name: 'recall',
      type: 'number',
      default: '0.95',
      min: 0.1,
      max: 1,
      description: 'Recall@10 that ef_search is chosen for.',
    }),
    flagOnly({
      name: 'kind',
      type: 'text',
      choices: ['stream', 'unary'],
      default: 'stream',
      description: 'The SDK, whose searches share a stream, or one gRPC call each.',
    }),
  ],
  run: runLatency,
};

async function runLatency(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const concurrencies = numberList(options, 'concurrency', { min: 1, max: 10_000 });
  const percents = numberList(options, 'load', { min: 1, max: 500, isWhole: false });
  const stage = await Stage.open(context);
  try {
    const { ef, recall } = await stage.tune(options.number('recall'));
    const how = { kind: options.text('kind') as 'stream' | 'unary', efSearch: ef };
    const measure = async (name: string, shape: LoadShape): Promise<Measured> => {
      const samples: StageSample[] = [];
      for (let i = 0; i < options.integer('repeats'); i += 1) {
        log.step(`${name}: round ${i + 1}`);
        samples.push(await stage.measure(how, shape));
      }
      return { name, samples };
    };
    const closed: Measured[] = [];
    for (const concurrency of concurrencies) {
      closed.push(await measure(`${concurrency} at once`, { concurrency }));
    }
    const highest = Math.max(...closed.map(perSecondOf));
    const open: Measured[] = [];
    for (const percent of percents) {
      const perSecond = Math.max(1, Math.round((highest * percent) / 100));
      open.push(await measure(`${percent} % load, ${perSecond}/s`, { perSecond }));
    }
    return outcomeOf(closed, open, percents, { ef, recall });
  } finally {
    await stage.close();
  }
}

function perSecondOf({ samples }: Measured): number {
  return median(samples.map(({ perSecond }) => perSecond));
}

function outcomeOf(
  closed: readonly Measured[],
  open: readonly Measured[],
  percents: readonly number[],
  facts: { ef: number; recall: number },
): SuiteOutcome {
  const all = [...closed, ...open];
  const histograms = Object.fromEntries(all.map((one) => [one.name, mergedHistogram(one)]));
  // Rates differ from run to run: what is compared goes by the share.
  const openNames = percents.map((percent) => `${percent} % load`);
  const names = [...closed.map(({ name }) => name), ...openNames];
  return {
    isPass: all.every(({ samples }) => samples.every(({ failedCount }) => failedCount === 0)),
    tables: [
      {
        title: `Latency at recall@10 of ${facts.recall.toFixed(4)} (ef ${facts.ef})`,
        header: ['load', 'queries/s', 'p50 ms', 'p90', 'p99', 'p99.9', 'max', 'failed'],
        rows: all.map((one) => rowOf(one, histograms[one.name] as string)),
      },
    ],
    measurements: all.flatMap(({ samples }, i) => [
      {
        ...{ name: `queries/s, ${names[i]}`, unit: '1/s', better: 'higher' as const },
        samples: samples.map(({ perSecond }) => perSecond),
      },
      ...(['p50Ms', 'p99Ms'] as const).map((key) => ({
        ...{ name: `${key.slice(0, 3)}, ${names[i]}`, unit: 'ms', better: 'lower' as const },
        samples: samples.map((sample) => sample[key]),
      })),
    ]),
    charts: [
      percentileChart(
        'Latency by percentile, closed loop',
        pick(histograms, closed),
        'So many searches are always under way.',
      ),
      percentileChart(
        'Latency by percentile, open loop',
        pick(histograms, open),
        'Searches fall due at a fixed rate; latency runs from the moment each was due.',
      ),
    ].filter(({ series }) => series.length > 0),
    histograms,
    facts,
  };
}

function rowOf({ name, samples }: Measured, text: string): (string | number)[] {
  const histogram = LatencyHistogram.decode(text);
  const ms = (percent: number) => Number(histogram.percentileMs(percent).toFixed(2));
  const perSecond = Math.round(median(samples.map((sample) => sample.perSecond)));
  const failedCount = samples.reduce((sum, sample) => sum + sample.failedCount, 0);
  return [name, perSecond, ...[50, 90, 99, 99.9, 100].map(ms), failedCount];
}

function mergedHistogram({ samples }: Measured): string {
  const histograms = samples.map(({ histogram }) => LatencyHistogram.decode(histogram));
  return LatencyHistogram.merged(histograms).encode();
}

function pick(all: Record<string, string>, some: readonly Measured[]): Record<string, string> {
  return Object.fromEntries(some.map(({ name }) => [name, all[name] as string]));
}
