/**
 * `scaling`: throughput and cost over the number of nodes and of partitions, at one recall. On one
 * machine all nodes share its cores: what can be read here is the cost of each query, in CPU time of
 * the coordinator and of the nodes, and how it grows.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import { UsageError } from '../../src/cli/options.js';
import type { Chart } from '../report/chart.js';
import { median } from '../report/run-report.js';
import { count } from './common-options.js';
import type { TunedEf } from './parts/recall.js';
import { Stage, type StageSample } from './parts/stage.js';
import type { Suite, SuiteContext, SuiteOutcome } from './suite.js';

interface Layout {
  shards: number;
  partitions: number;
  tuned: TunedEf;
  samples: StageSample[];
}

export const scalingSuite: Suite = {
  name: 'scaling',
  summary: 'throughput and cost per query over the number of nodes and partitions',
  takesRunningCluster: false,
  options: [
    flagOnly({
      name: 'layouts',
      type: 'text',
      placeholder: 'NODES:PARTITIONS,...',
      default: '1:1,2:2,2:4,2:8,4:4',
      description: 'Clusters to measure.',
    }),
    count('concurrency', 64, 1, 10_000, 'Searches always under way.'),
  ],
  run: runScaling,
};

async function runScaling(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const wanted = parseLayouts(options.text('layouts'));
  const data = await context.loadData();
  const layouts: Layout[] = [];
  for (const { shards, partitions } of wanted) {
    const stage = await Stage.open(context, { data, shards, partitions });
    try {
      const tuned = await stage.tune(0.95);
      const samples: StageSample[] = [];
      for (let round = 0; round < options.integer('repeats'); round += 1) {
        log.step(`${shards} nodes, ${partitions} partitions: round ${round + 1}`);
        const concurrency = options.integer('concurrency');
        samples.push(await stage.measure({ kind: 'stream', efSearch: tuned.ef }, { concurrency }));
      }
      layouts.push({ shards, partitions, tuned, samples });
    } finally {
      await stage.close();
    }
  }
  return outcomeOf(layouts);
}

/** `2:4` is two nodes and four partitions. */
function parseLayouts(text: string): { shards: number; partitions: number }[] {
  return text.split(',').map((part) => {
    const [, nodes, count] = /^(\d+):(\d+)$/.exec(part.trim()) ?? [];
    const [shards, partitions] = [Number(nodes), Number(count)];
    const isPowerOfTwo = Number.isInteger(Math.log2(partitions));
    if (shards >= 1 && shards <= 64 && partitions <= 4096 && isPowerOfTwo) {
      return { shards, partitions };
    }
    throw new UsageError(
      `--layouts has ${JSON.stringify(part)}; it must be NODES:PARTITIONS with 1 to 64 nodes and a ` +
        'power of two of partitions, with commas between',
    );
  });
}

function outcomeOf(layouts: readonly Layout[]): SuiteOutcome {
  const names = layouts.map(
    ({ shards, partitions }) => `${shards} nodes, ${partitions} partitions`,
  );
  const value = ({ samples }: Layout, key: 'perSecond' | 'p99Ms' | 'coordinatorUs' | 'nodesUs') =>
    Number(median(samples.map((sample) => sample[key])).toPrecision(4));
  return {
    isPass: layouts.every(({ samples }) => samples.every(({ failedCount }) => failedCount === 0)),
    tables: [
      {
        title: 'Nodes and partitions, at recall@10 of 0.95',
        header: [
          ...['layout', 'ef', 'recall', 'queries/s', 'p99 ms'],
          ...['coordinator, us/query', 'nodes together, us/query', 'us/query of one node'],
        ],
        rows: layouts.map((layout, i) => [
          ...[names[i] as string, layout.tuned.ef, Number(layout.tuned.recall.toFixed(4))],
          ...(['perSecond', 'p99Ms', 'coordinatorUs', 'nodesUs'] as const).map((key) =>
            value(layout, key),
          ),
          Number((value(layout, 'nodesUs') / layout.shards).toPrecision(4)),
        ]),
      },
    ],
    measurements: layouts.flatMap(({ samples }, i) => [
      {
        ...{ name: `queries/s, ${names[i]}`, unit: '1/s', better: 'higher' as const },
        samples: samples.map(({ perSecond }) => perSecond),
      },
      ...(['coordinatorUs', 'nodesUs'] as const).map((key) => ({
        ...{ name: `${key.slice(0, -2)} CPU per query, ${names[i]}`, unit: 'us' },
        ...{ better: 'lower' as const, samples: samples.map((sample) => sample[key]) },
      })),
    ]),
    charts: [costChart(layouts, names)],
    histograms: {},
    facts: {},
  };
}

function costChart(layouts: readonly Layout[], names: string[]): Chart {
  const series = (name: string, key: 'coordinatorUs' | 'nodesUs') => ({
    ...{ name, kind: 'bar' as const },
    points: layouts.map(({ samples }, i): [number, number] => [
      i,
      Math.round(median(samples.map((sample) => sample[key]))),
    ]),
  });
  return {
    title: 'CPU time per query by nodes and partitions',
    note: 'At recall@10 of 0.95. Each partition needs a smaller ef, and is searched as well.',
    x: { label: '', kind: 'category', categories: names },
    y: { label: 'CPU time per query, us', kind: 'linear' },
    series: [series('coordinator', 'coordinatorUs'), series('nodes together', 'nodesUs')],
  };
}
