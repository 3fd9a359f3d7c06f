import { LatencyHistogram, SHOWN_PERCENTILES } from '../load/latency-histogram.js';
import type { Chart } from './chart.js';

/** Latency by percentile, one line per histogram: what HDR histograms are for. */
export function percentileChart(
  title: string,
  histograms: Readonly<Record<string, string>>,
  note?: string,
): Chart {
  const categories = SHOWN_PERCENTILES.map((percent) => (percent === 100 ? 'max' : `p${percent}`));
  return {
    title,
    ...(note === undefined ? {} : { note }),
    x: { label: 'percentile', kind: 'percentile', categories },
    y: { label: 'latency, ms', kind: 'log' },
    series: Object.entries(histograms).map(([name, text]) => {
      const histogram = LatencyHistogram.decode(text);
      const points = SHOWN_PERCENTILES.map((percent, i): [number, number] => [
        i,
        Number(histogram.percentileMs(percent).toPrecision(4)),
      ]);
      return { name, kind: 'line', points };
    }),
  };
}
