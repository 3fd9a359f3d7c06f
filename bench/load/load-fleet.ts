/** Several load processes as one: the load is divided, what they counted is added up. */
import { LatencyHistogram } from './latency-histogram.js';
import { LoadClient, type OnCount } from './load-client.js';
import type { LoadInterval, SearchLoad, SearchLoadResult } from './messages.js';

export class LoadFleet {
  readonly clients: readonly LoadClient[];

  constructor(processCount: number) {
    this.clients = Array.from({ length: processCount }, () => new LoadClient());
  }

  /** The one that does what needs no dividing. */
  get first(): LoadClient {
    return this.clients[0] as LoadClient;
  }

  get pids(): number[] {
    return this.clients.map(({ pid }) => pid);
  }

  async search(load: Omit<SearchLoad, 'kind'>, onCount?: OnCount): Promise<SearchLoadResult> {
    const loads = divideLoad(load, this.clients.length);
    const counts = loads.map(() => 0);
    const results = loads.map((part, i) =>
      (this.clients[i] as LoadClient).search(part, (count) => {
        counts[i] = count;
        onCount?.(counts.reduce((sum, one) => sum + one, 0));
      }),
    );
    return mergeResults(await Promise.all(results));
  }

  stop(): void {
    for (const client of this.clients) client.stop();
  }
}

/** As many parts as there are processes, or fewer when the concurrency is smaller. */
export function divideLoad(
  load: Omit<SearchLoad, 'kind'>,
  processCount: number,
): Omit<SearchLoad, 'kind'>[] {
  const { concurrency = 1, perSecond, queries, dimension } = load;
  const partCount = perSecond === undefined ? Math.min(processCount, concurrency) : processCount;
  const queryCount = queries.length / dimension;
  return Array.from({ length: partCount }, (_, i) => {
    const firstQuery = Math.floor((queryCount * i) / partCount);
    if (perSecond !== undefined) return { ...load, firstQuery, perSecond: perSecond / partCount };
    const share = Math.floor((concurrency * (i + 1)) / partCount);
    return { ...load, firstQuery, concurrency: share - Math.floor((concurrency * i) / partCount) };
  });
}

export function mergeResults(results: readonly SearchLoadResult[]): SearchLoadResult {
  const [only] = results;
  if (results.length === 1 && only !== undefined) return only;
  const sum = (of: (result: SearchLoadResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const histogram = LatencyHistogram.merged(
    results.map((result) => LatencyHistogram.decode(result.histogram)),
  );
  const failures: Record<string, number> = {};
  for (const [reason, count] of results.flatMap((result) => Object.entries(result.failures))) {
    failures[reason] = (failures[reason] ?? 0) + count;
  }
  return {
    count: sum(({ count }) => count),
    failedCount: sum(({ failedCount }) => failedCount),
    failures,
    degradedCount: sum(({ degradedCount }) => degradedCount),
    tookMs: Math.max(...results.map(({ tookMs }) => tookMs)),
    p50Ms: histogram.percentileMs(50),
    p99Ms: histogram.percentileMs(99),
    maxMs: histogram.maxMs,
    histogram: histogram.encode(),
    intervals: mergeIntervals(results.map(({ intervals }) => intervals)),
  };
}

function mergeIntervals(all: readonly (readonly LoadInterval[])[]): LoadInterval[] {
  const length = Math.max(0, ...all.map((intervals) => intervals.length));
  return Array.from({ length }, (_, i) => {
    const parts = all.flatMap((intervals) => intervals[i] ?? []);
    const sum = (of: (part: LoadInterval) => number) =>
      parts.reduce((total, part) => total + of(part), 0);
    return {
      startMs: parts[0]?.startMs ?? 0,
      count: sum(({ count }) => count),
      failedCount: sum(({ failedCount }) => failedCount),
      coverageSum: sum(({ coverageSum }) => coverageSum),
      histogram: LatencyHistogram.merged(
        parts.map(({ histogram }) => LatencyHistogram.decode(histogram)),
      ).encode(),
    };
  });
}
