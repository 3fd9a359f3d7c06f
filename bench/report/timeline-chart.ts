import { LatencyHistogram } from '../load/latency-histogram.js';
import type { LoadInterval } from '../load/messages.js';
import type { Chart } from './chart.js';

export interface TimelineOptions {
  title: string;
  note?: string;
  /** Events, in milliseconds since the counting began. */
  marks?: readonly { atMs: number; label: string }[];
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** p50 and p99 over time on the left; failed and incomplete answers, in percent, on the right. */
export function timelineChart(
  intervals: readonly LoadInterval[],
  { title, note, marks = [] }: TimelineOptions,
): Chart {
  const latency = (percent: number) =>
    intervals.map(({ startMs, histogram }): [number, number | null] => {
      const ms = LatencyHistogram.decode(histogram).percentileMs(percent);
      return [startMs / 1000, Number.isNaN(ms) ? null : rounded(ms)];
    });
  const share = (of: (interval: LoadInterval) => number) =>
    intervals.map((interval): [number, number] => [
      interval.startMs / 1000,
      interval.count === 0 ? 0 : rounded((of(interval) / interval.count) * 100),
    ]);
  const missing = ({ count, failedCount, coverageSum }: LoadInterval) =>
    count - failedCount - coverageSum;
  return {
    title,
    ...(note === undefined ? {} : { note }),
    x: { label: 'time, s', kind: 'linear' },
    y: { label: 'latency, ms', kind: 'log' },
    right: { label: 'failed or not covered, %', kind: 'linear', min: 0, max: 100 },
    series: [
      { name: 'p50', kind: 'line', points: latency(50) },
      { name: 'p99', kind: 'line', points: latency(99) },
      {
        ...{ name: 'failed', kind: 'line', isOnRight: true },
        points: share(({ failedCount }) => failedCount),
      },
      { name: 'not covered', kind: 'line', isOnRight: true, points: share(missing) },
    ],
    marks: marks.map(({ atMs, label }) => ({ x: atMs / 1000, label })),
  };
}
