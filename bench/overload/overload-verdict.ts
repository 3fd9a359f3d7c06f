/** What an overload must not do, and whether it did. Pure. */
import type { LoadInterval, SearchLoadResult } from '../load/messages.js';

export const GOODPUT_RATIO_MIN = 0.8;
/** Of a server's memory at its peak load. */
export const MEMORY_RATIO_MAX = 1.5;
export const RECOVERY_RATIO_MIN = 0.95;
export const RECOVERY_MS_MAX = 10_000;
/** More is asked for than the peak says, since machines get faster while a run goes on. */
export const LOAD_MARGIN = 1.15;
/** Of the load that was meant, at least. */
const LOAD_RATIO_SLACK = 0.95;
/** What small heaps may grow by whatever they were before. */
const MEMORY_SLACK_BYTES = 64 * 1024 * 1024;
/** One interval alone may be lucky. */
const RECOVERY_INTERVALS = 3;
const INTERVAL_MS = 1000;

export interface OverloadFindings {
  /** Goodput over that of the peak, before or afterwards. */
  goodputRatio: number;
  /** Of the server whose memory grew most. */
  memoryRatio: number;
  /** Undefined: not within the time that it was watched. */
  recoveryMs: number | undefined;
  /** Searches that fell due over the most that were answered in time, at the peak or later. */
  loadRatio: number;
}

export function goodPerSecond({ count, failedCount, tookMs }: SearchLoadResult): number {
  return ((count - failedCount) / tookMs) * 1000;
}

/** When some intervals together had nearly the goodput of the peak, by the end of the last of them. */
export function recoveryMsOf(
  intervals: readonly Pick<LoadInterval, 'count' | 'failedCount'>[],
  peakPerSecond: number,
): number | undefined {
  const wanted = RECOVERY_RATIO_MIN * peakPerSecond * RECOVERY_INTERVALS * (INTERVAL_MS / 1000);
  for (let end = RECOVERY_INTERVALS; end <= intervals.length; end += 1) {
    const good = intervals
      .slice(end - RECOVERY_INTERVALS, end)
      .reduce((sum, { count, failedCount }) => sum + count - failedCount, 0);
    if (good >= wanted) return end * INTERVAL_MS;
  }
  return undefined;
}

export interface MemoryPoint {
  phase: 'peak' | 'overload' | 'recovery';
  /** By server. */
  bytes: Record<string, number>;
}

/** Of each server: the most while overloaded, less the slack, over the most at its peak load. */
export function memoryRatioOf(samples: readonly MemoryPoint[]): Record<string, number> {
  const most = (phase: MemoryPoint['phase'], name: string) =>
    samples.reduce(
      (max, sample) => (sample.phase === phase ? Math.max(max, sample.bytes[name] ?? 0) : max),
      0,
    );
  const names = Object.keys(samples[0]?.bytes ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const [before, during] = [most('peak', name), most('overload', name)];
      return [name, Math.max(0, during - MEMORY_SLACK_BYTES) / before];
    }),
  );
}

/** `loadRatioWanted`: of the searches that fall due to those that can be answered. */
export function judge(
  { goodputRatio, memoryRatio, recoveryMs, loadRatio }: OverloadFindings,
  loadRatioWanted: number,
): { isPass: boolean; lines: string[][] } {
  const loadRatioMin = loadRatioWanted * LOAD_RATIO_SLACK;
  const isBack = recoveryMs !== undefined && recoveryMs <= RECOVERY_MS_MAX;
  const met = [
    loadRatio >= loadRatioMin,
    goodputRatio >= GOODPUT_RATIO_MIN,
    memoryRatio <= MEMORY_RATIO_MAX,
    isBack,
  ];
  const backText = recoveryMs === undefined ? 'not at all' : `after ${recoveryMs / 1000} s`;
  const lines = [
    ['load of what can be answered', loadRatio.toFixed(2), `>= ${loadRatioMin.toFixed(2)}`],
    ['goodput of peak', goodputRatio.toFixed(3), `>= ${GOODPUT_RATIO_MIN}`],
    ['memory of peak', memoryRatio.toFixed(2), `<= ${MEMORY_RATIO_MAX}`],
    [`${RECOVERY_RATIO_MIN} of peak afterwards`, backText, `within ${RECOVERY_MS_MAX / 1000} s`],
  ];
  return {
    isPass: met.every((isMet) => isMet),
    lines: lines.map((line, i) => [...line, met[i] === true ? 'PASS' : 'FAIL']),
  };
}
