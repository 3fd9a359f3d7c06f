/** From the phases of an overload to tables, verdicts and charts. */
import type { ResolvedOptions } from '../../src/cli/resolved-options.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import type { LoadInterval, SearchLoadResult } from '../load/messages.js';
import type { Chart } from '../report/chart.js';
import type { SuiteOutcome, Table } from '../suites/suite.js';
import {
  GOODPUT_RATIO_MIN,
  goodPerSecond,
  judge,
  MEMORY_RATIO_MAX,
  memoryRatioOf,
  type OverloadFindings,
  RECOVERY_MS_MAX,
  RECOVERY_RATIO_MIN,
  recoveryMsOf,
} from './overload-verdict.js';
import { coresOf, type PhaseName, type WatchSample } from './server-watch.js';

export const INTERVAL_MS = 1000;
const MIB = 1024 * 1024;
const PHASES: readonly PhaseName[] = ['peak', 'overload', 'recovery'];

export interface OverloadPhases {
  peaks: { concurrency: number; result: SearchLoadResult }[];
  /** Searches that fell due while overloaded. */
  perSecond: number;
  overload: SearchLoadResult;
  recovery: SearchLoadResult;
  samples: WatchSample[];
}

export function bestOf(peaks: OverloadPhases['peaks']): OverloadPhases['peaks'][0] {
  return peaks.reduce((a, b) => (goodPerSecond(b.result) > goodPerSecond(a.result) ? b : a));
}

export function overloadOutcome(options: ResolvedOptions, phases: OverloadPhases): SuiteOutcome {
  const { overload, recovery, samples } = phases;
  const best = bestOf(phases.peaks);
  const peakPerSecond = goodPerSecond(best.result);
  const goodputPerSecond = goodPerSecond(overload);
  const findings: OverloadFindings = {
    // The best of before and after: what the machine could do meanwhile.
    goodputRatio: goodputPerSecond / Math.max(peakPerSecond, goodPerSecond(recovery)),
    recoveryMs: recoveryMsOf(recovery.intervals, peakPerSecond),
    memoryRatio: Math.max(...Object.values(memoryRatioOf(samples))),
    loadRatio:
      phases.perSecond / Math.max(peakPerSecond, goodputPerSecond, goodPerSecond(recovery)),
  };
  const { isPass, lines } = judge(findings, options.number('load-ratio'));
  return {
    isPass,
    tables: [
      goodputTable(options, phases, best.concurrency, peakPerSecond),
      memoryTable(samples),
      coresTable(samples),
      { title: 'verdict', header: ['what', 'found', 'wanted', ''], rows: lines },
    ],
    measurements: [
      { name: 'peak', unit: 'searches/s', better: 'higher', samples: [peakPerSecond] },
      { name: 'goodput ratio', unit: 'x', better: 'higher', samples: [findings.goodputRatio] },
      { name: 'memory ratio', unit: 'x', better: 'lower', samples: [findings.memoryRatio] },
    ],
    charts: [
      goodputChart(overload.intervals, recovery.intervals, peakPerSecond),
      memoryChart(samples),
    ],
    histograms: {
      'at capacity': best.result.histogram,
      'while overloaded': overload.histogram,
      afterwards: recovery.histogram,
    },
    facts: {
      ...{ peakPerSecond, goodputPerSecond, recoveryMs: findings.recoveryMs ?? -1 },
      ...{ goodputRatioMin: GOODPUT_RATIO_MIN, memoryRatioMax: MEMORY_RATIO_MAX },
      ...{ recoveryRatioMin: RECOVERY_RATIO_MIN, recoveryMsMax: RECOVERY_MS_MAX },
    },
  };
}

function goodputTable(
  options: ResolvedOptions,
  { peaks, perSecond, overload, recovery }: OverloadPhases,
  bestConcurrency: number,
  peakPerSecond: number,
): Table {
  const row = (name: string, result: SearchLoadResult, offered: string) => [
    name,
    offered,
    goodPerSecond(result).toFixed(0),
    (goodPerSecond(result) / peakPerSecond).toFixed(2),
    ...[result.p50Ms, result.p99Ms, result.maxMs].map((ms) => ms.toFixed(1)),
    failuresText(result),
  ];
  const [timeoutMs, ef] = [options.integer('timeout-ms'), options.integer('ef-search')];
  return {
    title: `searches answered within ${timeoutMs} ms, ef ${ef}`,
    header: ['phase', 'offered/s', 'good/s', 'of peak', 'p50 ms', 'p99 ms', 'max ms', 'failed'],
    rows: [
      ...peaks.map(({ concurrency, result }) => row('capacity', result, `${concurrency} at once`)),
      row('overload', overload, perSecond.toFixed(0)),
      row('afterwards', recovery, `${bestConcurrency} at once`),
    ],
  };
}

function memoryTable(samples: readonly WatchSample[]): Table {
  const latest = samples.at(-1)?.bytes ?? {};
  return {
    title: 'anonymous memory, MiB',
    header: ['server', 'peak load', 'overload, most', 'ratio', 'at the end'],
    rows: Object.entries(memoryRatioOf(samples)).map(([name, ratio]) => [
      name,
      ...(['peak', 'overload'] as const).map((phase) => mostMib(samples, phase, name)),
      ratio.toFixed(2),
      ((latest[name] ?? 0) / MIB).toFixed(0),
    ]),
  };
}

function coresTable(samples: readonly WatchSample[]): Table {
  const cores = PHASES.map((phase) => coresOf(samples, phase));
  return {
    title: 'cores in use; others: by processes that are no part of this, 0 on a quiet machine',
    header: ['process', ...PHASES],
    rows: Object.keys(cores[0] ?? {}).map((name) => [
      name,
      ...cores.map((own) => (own[name] ?? 0).toFixed(2)),
    ]),
  };
}

function failuresText({ failures, failedCount }: SearchLoadResult): string {
  if (failedCount === 0) return '0';
  return Object.entries(failures)
    .map(([reason, times]) => `${times} ${reason}`)
    .join(', ');
}

function mostMib(samples: readonly WatchSample[], wanted: string, name: string): string {
  const own = samples.filter(({ phase }) => phase === wanted);
  return (Math.max(...own.map(({ bytes }) => bytes[name] ?? 0)) / MIB).toFixed(0);
}

function goodputChart(
  overload: readonly LoadInterval[],
  recovery: readonly LoadInterval[],
  peakPerSecond: number,
): Chart {
  const all = [...overload, ...recovery];
  const at = (i: number) => (i * INTERVAL_MS) / 1000;
  return {
    title: 'Goodput during an overload and afterwards',
    x: { label: 's', kind: 'linear' },
    y: { label: 'searches/s', kind: 'linear', min: 0 },
    right: { label: 'p99 ms', kind: 'linear', min: 0 },
    series: [
      {
        name: 'answered in time',
        kind: 'line',
        points: all.map(({ count, failedCount }, i) => [at(i), count - failedCount]),
      },
      {
        name: 'p99',
        kind: 'line',
        isOnRight: true,
        points: all.map(({ histogram }, i) => {
          return [at(i), LatencyHistogram.decode(histogram).percentileMs(99)];
        }),
      },
    ],
    marks: [{ x: at(overload.length), label: 'overload ends' }],
    levels: [{ y: GOODPUT_RATIO_MIN * peakPerSecond, label: 'wanted' }],
  };
}

function memoryChart(samples: readonly WatchSample[]): Chart {
  const names = Object.keys(samples[0]?.bytes ?? {});
  return {
    title: 'Memory',
    x: { label: 's', kind: 'linear' },
    y: { label: 'MiB', kind: 'linear', min: 0 },
    series: names.map((name) => ({
      name,
      kind: 'line',
      points: samples.map(({ atMs, bytes }) => [atMs / 1000, (bytes[name] ?? 0) / MIB]),
    })),
  };
}
