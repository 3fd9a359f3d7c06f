/** Searches through two nodes against one bare thread: throughput, latency, cost of the coordinator. */
import { LatencyHistogram } from '../load/latency-histogram.js';
import { median } from '../report/run-report.js';
import type { Round, SearchBench } from './search-bench.js';
import type { TargetRow, TargetsBench, TargetValue } from './target-row.js';

const RECALL = 0.95;
const HIGH_RECALL = 0.99;
const BUSY = 64;
const MEDIUM = 16;

export const searchRows: readonly TargetRow[] = [
  {
    name: 'stream',
    what: 'queries/s through the SDK, 64 at once',
    limit: { min: 0.85 },
    unit: 'T',
    measure: (bench) => throughput(bench, 'stream', RECALL),
  },
  {
    name: 'unary',
    what: 'queries/s of plain unary calls, 64 at once',
    limit: { min: 0.5 },
    unit: 'T',
    measure: (bench) => throughput(bench, 'unary', RECALL),
  },
  {
    name: 'stream-99',
    what: 'queries/s through the SDK at recall 0.99, 64 at once',
    limit: { min: 1.1 },
    unit: 'T',
    measure: (bench) => throughput(bench, 'stream', HIGH_RECALL),
  },
  {
    name: 'p50-alone',
    what: 'p50 of one at a time / search time in process',
    limit: { max: 2.5 },
    unit: 'x',
    measure: p50Alone,
  },
  {
    name: 'p99-spread',
    what: 'p99 / p50, 16 at once',
    limit: { max: 3 },
    unit: 'x',
    measure: p99Spread,
  },
  {
    name: 'cpu-stream',
    what: 'CPU of the coordinator per query, stream, 64 at once',
    limit: { max: 60 },
    unit: 'us',
    measure: (bench) => coordinatorCpu(bench, 'stream'),
  },
  {
    name: 'cpu-unary',
    what: 'CPU of the coordinator per query, unary, 64 at once',
    limit: { max: 120 },
    unit: 'us',
    measure: (bench) => coordinatorCpu(bench, 'unary'),
  },
];

export async function throughput(
  bench: TargetsBench,
  kind: 'stream' | 'unary',
  recall: number,
): Promise<TargetValue> {
  return throughputOf(await bench.search(), kind, recall);
}

/** In units of the bare thread of the same round. */
export async function throughputOf(
  search: SearchBench,
  kind: 'stream' | 'unary',
  recall: number,
): Promise<TargetValue> {
  const rounds = await search.rounds(kind, BUSY, recall);
  const tuned = await search.tuned(recall);
  const perSecond = median(rounds.map(({ service }) => service.perSecond));
  const barePerSecond = median(rounds.map(({ bare }) => bare.perSecond));
  return {
    samples: rounds.map(({ service, bare }) => service.perSecond / bare.perSecond),
    detail:
      `${perSecond.toFixed(0)}/s (ef ${tuned.service.ef}, recall ${tuned.service.recall.toFixed(4)}), ` +
      `T = ${barePerSecond.toFixed(0)}/s (ef ${tuned.bare.ef}, ${tuned.bare.recall.toFixed(4)})`,
    isValid: tuned.service.recall >= recall && tuned.bare.recall >= recall && isClean(rounds),
    histograms: { [`${kind}, ${BUSY} at once, recall ${recall}`]: mergedHistogram(rounds) },
  };
}

async function p50Alone(bench: TargetsBench): Promise<TargetValue> {
  const rounds = await (await bench.search()).rounds('stream', 1, RECALL);
  const p50Ms = median(rounds.map(({ service }) => service.p50Ms));
  const bareMs = median(rounds.map(({ bare }) => bare.histogram.percentileMs(50)));
  return {
    samples: rounds.map(({ service, bare }) => service.p50Ms / bare.histogram.percentileMs(50)),
    detail: `${p50Ms.toFixed(3)} ms / ${bareMs.toFixed(3)} ms`,
    isValid: isClean(rounds),
    histograms: { 'stream, one at a time': mergedHistogram(rounds) },
  };
}

async function p99Spread(bench: TargetsBench): Promise<TargetValue> {
  const rounds = await (await bench.search()).rounds('stream', MEDIUM, RECALL);
  const p50Ms = median(rounds.map(({ service }) => service.p50Ms));
  const p99Ms = median(rounds.map(({ service }) => service.p99Ms));
  return {
    samples: rounds.map(({ service }) => service.p99Ms / service.p50Ms),
    detail: `${p99Ms.toFixed(2)} ms / ${p50Ms.toFixed(2)} ms`,
    isValid: isClean(rounds),
    histograms: { [`stream, ${MEDIUM} at once`]: mergedHistogram(rounds) },
  };
}

async function coordinatorCpu(bench: TargetsBench, kind: 'stream' | 'unary'): Promise<TargetValue> {
  const rounds = await (await bench.search()).rounds(kind, BUSY, RECALL);
  const nodesUs = median(rounds.map(({ service }) => service.nodesUs));
  return {
    samples: rounds.map(({ service }) => service.coordinatorUs),
    detail: `both nodes together ${nodesUs.toFixed(0)} us`,
    isValid: isClean(rounds),
  };
}

function isClean(rounds: readonly Round[]): boolean {
  return rounds.every(({ service }) => service.failedCount === 0 && service.degradedCount === 0);
}

function mergedHistogram(rounds: readonly Round[]): string {
  const histograms = rounds.map(({ service }) => LatencyHistogram.decode(service.histogram));
  return LatencyHistogram.merged(histograms).encode();
}
