/**
 * `mixed`: searches at a fixed rate while documents come in: not at all, at a steady rate, and as fast
 * as they are taken. One collection, one run, so that the phases can be compared.
 */
import { LatencyHistogram } from '../load/latency-histogram.js';
import { copyOf, LoadClient } from '../load/load-client.js';
import type { IngestLoadResult, LoadInterval } from '../load/messages.js';
import { percentileChart } from '../report/percentile-chart.js';
import { median } from '../report/run-report.js';
import { timelineChart } from '../report/timeline-chart.js';
import { count } from './common-options.js';
import { Stage, type StageSample } from './parts/stage.js';
import type { Suite, SuiteContext, SuiteOutcome } from './suite.js';

interface Phase {
  name: string;
  /** Documents per second; undefined is as many as are taken, 0 none. */
  ingestPerSecond: number | undefined;
  samples: StageSample[];
  ingested: IngestLoadResult[];
}

const INTERVAL_MS = 250;
/** Ingest begins before the measured searches and ends after them. */
const LEAD_MS = 1000;

export const mixedSuite: Suite = {
  name: 'mixed',
  summary: 'latency of searches while documents come in: none, a steady rate, as fast as can be',
  takesRunningCluster: true,
  options: [
    count('per-second', 200, 1, 1_000_000, 'Searches per second.'),
    count('ingest-per-second', 500, 1, 1_000_000, 'Documents per second of the steady phase.'),
  ],
  run: runMixed,
};

async function runMixed(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const stage = await Stage.open(context);
  const writer = new LoadClient();
  const steady = options.integer('ingest-per-second');
  const phases: Phase[] = [
    { name: 'no ingest', ingestPerSecond: 0, samples: [], ingested: [] },
    { name: `ingest at ${steady}/s`, ingestPerSecond: steady, samples: [], ingested: [] },
    { name: 'ingest as fast as it goes', ingestPerSecond: undefined, samples: [], ingested: [] },
  ];
  try {
    const { ef, recall } = await stage.tune(0.95);
    let firstNumber = 0;
    for (let i = 0; i < options.integer('repeats'); i += 1) {
      for (const phase of phases) {
        log.step(`${phase.name}: round ${i + 1}`);
        await stage.cluster.untilSettled();
        firstNumber += await measurePhase(stage, writer, phase, { ef, firstNumber, options });
      }
    }
    return outcomeOf(phases, options.integer('per-second'), { ef, recall });
  } finally {
    writer.stop();
    await stage.close();
  }
}

/** Resolves to how many documents came in. */
async function measurePhase(
  stage: Stage,
  writer: LoadClient,
  { ingestPerSecond, samples, ingested }: Phase,
  of: { ef: number; firstNumber: number; options: SuiteContext['options'] },
): Promise<number> {
  const { base } = stage.data;
  const durationMs = of.options.number('seconds') * 1000;
  const warmUpMs = of.options.number('warm-up') * 1000;
  const search = () =>
    stage.measure(
      { kind: 'stream', efSearch: of.ef },
      { perSecond: of.options.integer('per-second'), durationMs, intervalMs: INTERVAL_MS },
    );
  if (ingestPerSecond === 0) {
    samples.push(await search());
    return 0;
  }
  const writing = writer.ingest({
    ...{ address: stage.cluster.address, collection: stage.collection.name },
    ...{ dimension: base.dimension, vectors: copyOf(base.values) },
    ...{ prefix: 'new-', firstNumber: of.firstNumber },
    durationMs: warmUpMs + durationMs + LEAD_MS,
    ...(ingestPerSecond === undefined ? {} : { perSecond: ingestPerSecond }),
  });
  samples.push(await search());
  const result = await writing;
  ingested.push(result);
  return result.count;
}

function outcomeOf(
  phases: readonly Phase[],
  perSecond: number,
  facts: { ef: number; recall: number },
): SuiteOutcome {
  const histograms = Object.fromEntries(
    phases.map(({ name, samples }) => [
      name,
      LatencyHistogram.merged(
        samples.map(({ histogram }) => LatencyHistogram.decode(histogram)),
      ).encode(),
    ]),
  );
  const value = (samples: readonly StageSample[], key: 'p50Ms' | 'p99Ms' | 'maxMs') =>
    Number(median(samples.map((sample) => sample[key])).toFixed(2));
  const documentsPerSecond = (ingested: readonly IngestLoadResult[]) =>
    ingested.length === 0
      ? 0
      : Math.round(median(ingested.map((one) => (one.count / one.tookMs) * 1000)));
  return {
    isPass: phases.every(({ samples }) => samples.every(({ failedCount }) => failedCount === 0)),
    tables: [
      {
        title: `Searches at ${perSecond}/s, recall@10 of ${facts.recall.toFixed(4)} (ef ${facts.ef})`,
        header: ['phase', 'documents/s', 'p50 ms', 'p99 ms', 'max ms', 'failed'],
        rows: phases.map(({ name, samples, ingested }) => [
          ...[name, documentsPerSecond(ingested)],
          ...(['p50Ms', 'p99Ms', 'maxMs'] as const).map((key) => value(samples, key)),
          samples.reduce((sum, { failedCount }) => sum + failedCount, 0),
        ]),
      },
    ],
    measurements: phases.flatMap(({ name, samples, ingested }) => [
      ...(['p50Ms', 'p99Ms'] as const).map((key) => ({
        ...{ name: `${key.slice(0, 3)}, ${name}`, unit: 'ms', better: 'lower' as const },
        samples: samples.map((sample) => sample[key]),
      })),
      ...(ingested.length === 0
        ? []
        : [
            {
              ...{ name: `documents/s, ${name}`, unit: '1/s', better: 'higher' as const },
              samples: ingested.map((one) => (one.count / one.tookMs) * 1000),
            },
          ]),
    ]),
    charts: [
      percentileChart('Latency by percentile, while documents come in', histograms),
      joinedTimeline(phases),
    ],
    histograms,
    facts,
  };
}

/** The first round of each phase, one after the other. */
function joinedTimeline(phases: readonly Phase[]) {
  const intervals: LoadInterval[] = [];
  const marks: { atMs: number; label: string }[] = [];
  for (const { name, samples } of phases) {
    const atMs = intervals.length * INTERVAL_MS;
    marks.push({ atMs, label: name });
    for (const interval of samples[0]?.intervals ?? []) {
      intervals.push({ ...interval, startMs: atMs + interval.startMs });
    }
  }
  return timelineChart(intervals, { title: 'Searches while documents come in', marks });
}
