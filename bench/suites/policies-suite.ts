/**
 * `policies`: each balancing policy with one slow replica, which nobody publishes. Three copies on
 * three nodes, half the load that they can take, one node frozen for 20 of every 25 ms.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import { SlowedProcess } from '../cluster/slowed-process.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { percentileChart } from '../report/percentile-chart.js';
import { Stage, type StageSample } from './parts/stage.js';
import type { Suite, SuiteContext, SuiteOutcome } from './suite.js';

const COPIES = 3;
const FROZEN_MS = 20;
const RUNNING_MS = 5;
const BUSY = 64;

interface PolicySamples {
  policy: string;
  healthy: StageSample[];
  slow: StageSample[];
}

export const policiesSuite: Suite = {
  name: 'policies',
  summary: 'each balancing policy with one slow replica of three',
  takesRunningCluster: false,
  options: [
    flagOnly({
      name: 'policies',
      type: 'text',
      placeholder: 'NAME,...',
      default: 'least_outstanding,peak_ewma,round_robin,weighted,client_hash',
      description: 'Policies to measure.',
    }),
  ],
  run: runPolicies,
};

async function runPolicies(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const policies = options.text('policies').split(',');
  const stage = await Stage.open(context, { shards: COPIES, copies: COPIES });
  try {
    const { own } = stage.cluster;
    if (own === undefined) throw new Error('a slow node needs a cluster of its own');
    const { ef, recall } = await stage.tune(0.95);
    const full = await stage.measure({ kind: 'stream', efSearch: ef }, { concurrency: BUSY });
    const perSecond = Math.max(1, Math.round(full.perSecond / 2));
    const all: PolicySamples[] = policies.map((policy) => ({ policy, healthy: [], slow: [] }));
    for (let i = 0; i < options.integer('repeats'); i += 1) {
      for (const { policy, healthy, slow } of all) {
        log.step(`${policy}, ${perSecond}/s: round ${i + 1}`);
        const measure = () =>
          stage.measure({ kind: 'stream', efSearch: ef, balancingPolicy: policy }, { perSecond });
        healthy.push(await measure());
        const slowed = new SlowedProcess(own.node('node-1'), FROZEN_MS, RUNNING_MS);
        slow.push(await measure().finally(() => slowed.stop()));
      }
    }
    return outcomeOf(all, { perSecond, ef, recall });
  } finally {
    await stage.close();
  }
}

function outcomeOf(
  all: readonly PolicySamples[],
  facts: { perSecond: number; ef: number; recall: number },
): SuiteOutcome {
  const merged = (samples: readonly StageSample[]) =>
    LatencyHistogram.merged(samples.map(({ histogram }) => LatencyHistogram.decode(histogram)));
  const healthy = merged(all.flatMap((one) => one.healthy));
  const histograms = {
    'all nodes healthy, all policies': healthy.encode(),
    ...Object.fromEntries(all.map(({ policy, slow }) => [policy, merged(slow).encode()])),
  };
  const rows = all.map(({ policy, healthy: without, slow }) => {
    const ms = (samples: readonly StageSample[]) =>
      [50, 99, 99.9].map((percent) => Number(merged(samples).percentileMs(percent).toFixed(2)));
    const failedCount = [...without, ...slow].reduce((sum, one) => sum + one.failedCount, 0);
    return [policy, ...ms(without), ...ms(slow), failedCount];
  });
  return {
    isPass: true,
    tables: [
      {
        title: `One of three replicas frozen ${FROZEN_MS} of every ${FROZEN_MS + RUNNING_MS} ms, ${facts.perSecond} searches/s`,
        header: [
          ...['policy', 'healthy p50 ms', 'p99', 'p99.9'],
          ...['one slow p50 ms', 'p99', 'p99.9', 'failed'],
        ],
        rows,
      },
    ],
    measurements: all.flatMap(({ policy, slow }) =>
      (['p50Ms', 'p99Ms'] as const).map((key) => ({
        ...{ name: `${key.slice(0, 3)}, ${policy}, one slow`, unit: 'ms' },
        ...{ better: 'lower' as const, samples: slow.map((sample) => sample[key]) },
      })),
    ),
    charts: [
      percentileChart(
        'Balancing policies with one slow replica of three',
        histograms,
        `One node stands still for ${FROZEN_MS} of every ${FROZEN_MS + RUNNING_MS} ms; ` +
          `${facts.perSecond} searches per second, about half of what all nodes can take.`,
      ),
    ],
    histograms,
    facts,
  };
}
