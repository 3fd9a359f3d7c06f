/**
 * One fault under one steady stream of searches: what was answered before it and after it, in
 * intervals, and what the coordinator sent besides. The stream does not slow down for anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import type { LoadFleet } from '../load/load-fleet.js';
import type { LoadInterval, SearchLoadResult } from '../load/messages.js';
import type { LoadedCollection } from '../suites/parts/loaded-collection.js';
import { difference, type ReadMetrics, readMetrics } from './read-metrics.js';

export interface Fault {
  name: string;
  /** Searches go on for so long after it. */
  observedMs: number;
  /** Resolves when it is there; `observedMs` run from then on. */
  make(): Promise<void>;
  /** All is as it was before, and the cluster has had time to notice. */
  mend(): Promise<void>;
}

export interface FaultRunOptions {
  cluster: BenchCluster;
  fleet: LoadFleet;
  collection: LoadedCollection;
  perSecond: number;
}

export interface FaultRun {
  result: SearchLoadResult;
  /** Interval in which the fault was made. */
  faultInterval: number;
  /** When it was made, on the monotonic clock. */
  faultAtMs: number;
  /** From the fault on, and over the whole run: what a budget saved up before may be spent after. */
  extra: ReadMetrics;
  extraInAll: ReadMetrics;
  /** Warm-up included. */
  searchesInAll: number;
  secondsInAll: number;
}

export const INTERVAL_MS = 100;
export const BEFORE_MS = 5_000;
const WARM_UP_MS = 1_000;

export async function runFault(fault: Fault, options: FaultRunOptions): Promise<FaultRun> {
  const { cluster, fleet, collection, perSecond } = options;
  const durationMs = BEFORE_MS + fault.observedMs;
  const target = { ...collection.target({ kind: 'stream' }), attemptsMax: 1 };
  const atStart = await readMetrics(cluster);
  const beganAtMs = systemClock.nowMs();
  const searching = fleet.search(
    collection.load(target, {
      ...{ warmUpMs: WARM_UP_MS, durationMs, perSecond, intervalMs: INTERVAL_MS },
    }),
  );
  await sleep(WARM_UP_MS + BEFORE_MS);
  const before = await readMetrics(cluster);
  await fault.make();
  const faultAtMs = systemClock.nowMs();
  const result = await searching;
  const atEnd = await readMetrics(cluster);
  await fault.mend();
  const secondsInAll = (WARM_UP_MS + durationMs) / 1000;
  return {
    result,
    faultInterval: Math.floor((faultAtMs - beganAtMs - WARM_UP_MS) / INTERVAL_MS),
    faultAtMs,
    extra: difference(atEnd, before),
    extraInAll: difference(atEnd, atStart),
    searchesInAll: Math.round(perSecond * secondsInAll),
    secondsInAll,
  };
}

/** The intervals that ended so long after the fault; negative: before it. */
export function windowOf(run: FaultRun, fromMs: number, toMs: number): LoadInterval[] {
  const at = (ms: number) => Math.max(0, run.faultInterval + Math.round(ms / INTERVAL_MS));
  return run.result.intervals.slice(at(fromMs), at(toMs));
}

export function p99Of(intervals: readonly LoadInterval[]): number {
  const all = intervals.map(({ histogram }) => LatencyHistogram.decode(histogram));
  return LatencyHistogram.merged(all).percentileMs(99);
}

/** Mean over the searches that did not fail; 1 when each was complete. */
export function coverageOf(intervals: readonly LoadInterval[]): number {
  let covered = 0;
  let answered = 0;
  for (const { coverageSum, count, failedCount } of intervals) {
    covered += coverageSum;
    answered += count - failedCount;
  }
  return answered === 0 ? Number.NaN : covered / answered;
}
