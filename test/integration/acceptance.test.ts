/**
 * The acceptance run in small: a cluster of real processes answers rightly, for each metric, after
 * loading, kills, updates and deletions. `npm run bench -- acceptance` is the same at full size.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AcceptanceLine, runAcceptance } from '../../bench/acceptance/run-acceptance.js';
import { ProcessCluster } from '../../bench/cluster/process-cluster.js';
import { findNearestRows } from '../../bench/datasets/nearest-rows.js';
import { generateSynthetic } from '../../bench/datasets/synthetic.js';
import { rowOf, type VectorSet } from '../../bench/datasets/vector-set.js';
import type { Metric } from '../../src/base/metric.js';
import { seededRandom } from '../../src/base/random.js';

const METRICS: readonly Metric[] = ['cosine', 'dot', 'l2'];
let cluster: ProcessCluster;

beforeAll(async () => {
  cluster = await ProcessCluster.start({ shards: 3 });
});

afterAll(() => cluster.stop());

/** Lengths from 0.75 to 1.25, so that the metrics disagree about what is near. */
function varyLengths(set: VectorSet): VectorSet {
  const random = seededRandom(7);
  for (let row = 0; row < set.count; row += 1) {
    const vector = rowOf(set, row);
    const length = 0.75 + random.next() / 2;
    for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) * length;
  }
  return set;
}

it('answers as brute force does, through kills, updates and deletions', async () => {
  const { base, queries } = generateSynthetic({
    count: 2000,
    queryCount: 50,
    dimension: 48,
    seed: 3,
  });
  varyLengths(base);
  const lines: AcceptanceLine[] = [];
  await runAcceptance(cluster, {
    data: METRICS.map((metric) => ({ name: metric, metric, recallMin: 0.95, base, queries })),
    seed: 3,
    nearestOf: async (data, k) => findNearestRows(data.base, data.queries, data.metric, k),
    onLine: (line) => lines.push(line),
    onStep: () => {},
  });
  expect(lines.length).toBe(4 * METRICS.length);
  expect(lines.filter(({ isPass }) => !isPass)).toEqual([]);
}, 120_000);
