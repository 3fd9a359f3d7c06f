// One worker thread's share of a ground truth: a range of the queries, over shared memory.

import { parentPort, workerData } from 'node:worker_threads';
import type { Metric } from '../../src/base/metric.js';
import { findNearestRows } from './nearest-rows.js';
import type { VectorSet } from './vector-set.js';

export interface GroundTruthTask {
  readonly base: VectorSet;
  readonly queries: VectorSet;
  readonly metric: Metric;
  readonly k: number;
  readonly from: number;
  readonly to: number;
}

const { base, queries, metric, k, from, to } = workerData as GroundTruthTask;
parentPort?.postMessage(findNearestRows(base, queries, metric, k, from, to));
