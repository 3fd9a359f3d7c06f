import { LatencyHistogram } from '../../../../bench/load/latency-histogram.js';
import { percentileChart } from '../../../../bench/report/percentile-chart.js';
import type { BenchResult } from '../../../../bench/report/result-file.js';

const histogram = new LatencyHistogram();
for (let ms = 1; ms <= 100; ms += 1) histogram.recordMs(ms);

export const sampleResult: BenchResult = {
  format: 1,
  suite: 'latency',
  startedAt: '2026-01-02T03:04:05.678Z',
  tookMs: 1234,
  command: 'annulus bench latency --count 5',
  commit: '0123456789',
  versions: { annulus: '1.2.3', node: 'v20.19.0' },
  machine: { cpu: 'A <CPU>', cores: 2, memoryGiB: 8, os: 'linux', loadAverage: 0.1 },
  settings: { count: 5 },
  isPass: true,
  tables: [
    {
      title: 'T & C',
      header: ['a', 'result'],
      rows: [
        [1, 'PASS'],
        ['<b>', 'FAIL'],
      ],
    },
  ],
  measurements: [{ name: 'p99', unit: 'ms', better: 'lower', samples: [1, 2, 3] }],
  charts: [percentileChart('Latency </script>', { 'one <at> once': histogram.encode() })],
  histograms: { one: histogram.encode() },
  facts: {},
};
