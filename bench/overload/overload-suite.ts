/**
 * `overload`: finds out how many searches a second the cluster answers, then asks for three times as
 * many for half a minute whatever it does (open loop), then goes back to what it can bear. What counts
 * is goodput, searches answered within their callers' timeout, in one-second intervals; besides the
 * memory of every server, and what those were told that were turned away. The callers are SDK clients,
 * which try again as they do by default.
 *
 * A search is made to cost the nodes something (`--ef-search`): callers share the machine, and three
 * times as many of them as the servers can bear must not starve those of their processors.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { flagOnly } from '../../src/cli/client-command.js';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { LoadFleet } from '../load/load-fleet.js';
import type { LoadInterval, SearchLoadResult, SearchTargetSpec } from '../load/messages.js';
import type { Chart } from '../report/chart.js';
import { rssAnonBytes } from '../report/process-cpu.js';
import { count, seconds } from '../suites/common-options.js';
import { LoadedCollection } from '../suites/parts/loaded-collection.js';
import type { Suite, SuiteContext, SuiteOutcome } from '../suites/suite.js';
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

const CONCURRENCIES = [32, 64, 128];
const INTERVAL_MS = 1000;
const MIB = 1024 * 1024;

export const overloadSuite: Suite = {
  name: 'overload',
  summary: 'three times the load that it can bear: goodput, memory, recovery',
  takesRunningCluster: false,
  options: [
    count('count', 30_000, 1, 100_000_000, 'Documents.'),
    seconds('seconds', 5, 'How long each measurement of the capacity takes.'),
    flagOnly({
      name: 'load-ratio',
      type: 'number',
      default: '3',
      min: 1,
      max: 20,
      description: 'Searches asked for over those that can be answered.',
    }),
    seconds('overload-seconds', 30, 'How long.'),
    seconds('recovery-seconds', 12, 'How long it is watched afterwards.'),
    count('timeout-ms', 1000, 10, 60_000, 'How long callers wait, in milliseconds.'),
    count('ef-search', 3000, 1, 10_000, 'Candidates examined per partition.'),
  ],
  run: runOverload,
};

interface Phases {
  peaks: { concurrency: number; result: SearchLoadResult }[];
  overload: SearchLoadResult;
  recovery: SearchLoadResult;
  memory: MemorySample[];
}

interface MemorySample {
  atMs: number;
  phase: 'peak' | 'overload' | 'recovery';
  /** By server. */
  bytes: Record<string, number>;
}

async function runOverload(context: SuiteContext): Promise<SuiteOutcome> {
  const { options } = context;
  const data = await context.loadData();
  const cluster = await context.openCluster();
  const fleet = new LoadFleet(options.integer('clients'));
  try {
    const [partitions, replicationFactor] = [
      options.integer('partitions'),
      options.integer('copies'),
    ];
    const collection = await LoadedCollection.load({
      ...{ cluster, fleet, data, log: context.log, topK: 10 },
      settings: { ...(partitions === 0 ? {} : { partitions }), replicationFactor },
    });
    const target: SearchTargetSpec = {
      ...collection.target({ kind: 'stream', efSearch: options.integer('ef-search') }),
      timeoutMs: options.integer('timeout-ms'),
    };
    return outcomeOf(context, await runPhases(context, cluster, fleet, collection, target));
  } finally {
    fleet.stop();
    await cluster.close();
  }
}

async function runPhases(
  { options, log }: SuiteContext,
  cluster: BenchCluster,
  fleet: LoadFleet,
  collection: LoadedCollection,
  target: SearchTargetSpec,
): Promise<Phases> {
  const memory = new MemoryWatch(cluster);
  const durationMs = options.number('seconds') * 1000;
  const warmUpMs = options.number('warm-up') * 1000;
  const search = (load: Parameters<LoadedCollection['load']>[1]) =>
    fleet.search(collection.load(target, { intervalMs: INTERVAL_MS, ...load }));
  try {
    const peaks: Phases['peaks'] = [];
    for (const concurrency of CONCURRENCIES) {
      log.step(`capacity with ${concurrency} searches at once`);
      peaks.push({ concurrency, result: await search({ warmUpMs, durationMs, concurrency }) });
    }
    const best = bestOf(peaks);
    const perSecond = Math.round(options.number('load-ratio') * goodPerSecond(best.result));
    log.step(`${perSecond} searches/s for ${options.number('overload-seconds')} s`);
    memory.phase = 'overload';
    const overload = await search({
      durationMs: options.number('overload-seconds') * 1000,
      perSecond,
    });
    log.step('afterwards');
    memory.phase = 'recovery';
    const recovery = await search({
      durationMs: options.number('recovery-seconds') * 1000,
      concurrency: best.concurrency,
    });
    return { peaks, overload, recovery, memory: memory.samples };
  } finally {
    memory.stop();
  }
}

function bestOf(peaks: Phases['peaks']): Phases['peaks'][0] {
  return peaks.reduce((a, b) => (goodPerSecond(b.result) > goodPerSecond(a.result) ? b : a));
}

/** Samples the memory of every server of a cluster of our own, once a second. */
class MemoryWatch {
  readonly samples: MemorySample[] = [];
  phase: MemorySample['phase'] = 'peak';
  readonly #pids: Map<string, number>;
  #isStopped = false;

  constructor({ own }: BenchCluster) {
    if (own === undefined) throw new Error('overload needs a cluster of its own');
    const nodes = own.nodeIds.map((id) => [id, own.node(id).pid] as const);
    this.#pids = new Map([['coordinator', own.coordinator.pid], ...nodes]);
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    for (let atMs = 0; !this.#isStopped; atMs += INTERVAL_MS) {
      const bytes = Object.fromEntries(
        [...this.#pids].map(([name, pid]) => [name, rssAnonBytes(pid)]),
      );
      this.samples.push({ atMs, phase: this.phase, bytes });
      await sleep(INTERVAL_MS);
    }
  }
}

function outcomeOf({ options }: SuiteContext, phases: Phases): SuiteOutcome {
  const best = bestOf(phases.peaks);
  const peakPerSecond = goodPerSecond(best.result);
  const goodputPerSecond = goodPerSecond(phases.overload);
  const memoryRatios = memoryRatioOf(phases.memory);
  const findings: OverloadFindings = {
    goodputRatio: goodputPerSecond / peakPerSecond,
    recoveryMs: recoveryMsOf(phases.recovery.intervals, peakPerSecond),
    memoryRatio: Math.max(...Object.values(memoryRatios)),
  };
  const { isPass, lines } = judge(findings);
  const { overload, recovery } = phases;
  const row = (name: string, result: SearchLoadResult, offered: string) => [
    name,
    offered,
    goodPerSecond(result).toFixed(0),
    (goodPerSecond(result) / peakPerSecond).toFixed(2),
    ...[result.p50Ms, result.p99Ms, result.maxMs].map((ms) => ms.toFixed(1)),
    failuresText(result),
  ];
  const offeredPerSecond = options.number('load-ratio') * peakPerSecond;
  const latest = phases.memory.at(-1)?.bytes ?? {};
  return {
    isPass,
    tables: [
      {
        title: `searches answered within ${options.integer('timeout-ms')} ms, ef ${options.integer('ef-search')}`,
        header: ['phase', 'offered/s', 'good/s', 'of peak', 'p50 ms', 'p99 ms', 'max ms', 'failed'],
        rows: [
          ...phases.peaks.map(({ concurrency, result }) =>
            row('capacity', result, `${concurrency} at once`),
          ),
          row('overload', overload, offeredPerSecond.toFixed(0)),
          row('afterwards', recovery, `${best.concurrency} at once`),
        ],
      },
      {
        title: 'anonymous memory, MiB',
        header: ['server', 'peak load', 'overload, most', 'ratio', 'at the end'],
        rows: Object.entries(memoryRatios).map(([name, ratio]) => [
          name,
          ...(['peak', 'overload'] as const).map((phase) => mostMib(phases.memory, phase, name)),
          ratio.toFixed(2),
          ((latest[name] ?? 0) / MIB).toFixed(0),
        ]),
      },
      { title: 'verdict', header: ['what', 'found', 'wanted', ''], rows: lines },
    ],
    measurements: [
      { name: 'peak', unit: 'searches/s', better: 'higher', samples: [peakPerSecond] },
      { name: 'goodput ratio', unit: 'x', better: 'higher', samples: [findings.goodputRatio] },
      { name: 'memory ratio', unit: 'x', better: 'lower', samples: [findings.memoryRatio] },
    ],
    charts: [
      goodputChart(overload.intervals, recovery.intervals, peakPerSecond),
      memoryChart(phases),
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

function failuresText({ failures, failedCount }: SearchLoadResult): string {
  if (failedCount === 0) return '0';
  return Object.entries(failures)
    .map(([reason, times]) => `${times} ${reason}`)
    .join(', ');
}

function mostMib(samples: readonly MemorySample[], wanted: string, name: string): string {
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

function memoryChart({ memory }: Phases): Chart {
  const names = Object.keys(memory[0]?.bytes ?? {});
  return {
    title: 'Memory',
    x: { label: 's', kind: 'linear' },
    y: { label: 'MiB', kind: 'linear', min: 0 },
    series: names.map((name) => ({
      name,
      kind: 'line',
      points: memory.map(({ atMs, bytes }) => [atMs / 1000, (bytes[name] ?? 0) / MIB]),
    })),
  };
}
