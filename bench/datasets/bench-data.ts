/** Vectors to search among and to search for, whatever they came from, with the exact answers. */
import { existsSync } from 'node:fs';
import type { Metric } from '../../src/base/metric.js';
import { UsageError } from '../../src/cli/options.js';
import { type FileData, fileEndings, loadFileData, nearestOf } from './file-data.js';
import { loadGlove } from './glove.js';
import { loadGroundTruth } from './ground-truth.js';
import type { NearestRows } from './nearest-rows.js';
import { generateSynthetic } from './synthetic.js';
import type { VectorSet } from './vector-set.js';

export interface BenchData {
  name: string;
  metric: Metric;
  base: VectorSet;
  /** None of them is in the base set. */
  queries: VectorSet;
  /** The exact nearest rows of each query; computed once, then cached. */
  nearest(k: number): Promise<NearestRows>;
}

export interface BenchDataOptions {
  /** `glove`, `synthetic-384`, `synthetic-768`, `synthetic-1536`, or the path of a file. */
  spec: string;
  count: number;
  queryCount: number;
  seed: number;
  /** Of a file. */
  metric?: Metric | undefined;
  queriesPath?: string | undefined;
  truthPath?: string | undefined;
  onStep(text: string): void;
}

const SYNTHETIC = /^synthetic-(\d+)$/;
const SYNTHETIC_DIMENSIONS = [384, 768, 1536];

export async function loadBenchData(options: BenchDataOptions): Promise<BenchData> {
  const { spec, count, queryCount, seed, onStep } = options;
  const sizes = { count, queryCount, seed };
  const dimension = Number(SYNTHETIC.exec(spec)?.[1]);
  if (spec === 'glove') {
    onStep(`data: ${count} vectors of GloVe`);
    return withTruth({ ...(await loadGlove(sizes)), metric: 'cosine' }, onStep);
  }
  if (SYNTHETIC_DIMENSIONS.includes(dimension)) {
    onStep(`data: ${count} vectors of ${dimension} dimensions are generated`);
    return withTruth({ ...generateSynthetic({ ...sizes, dimension }), metric: 'cosine' }, onStep);
  }
  if (existsSync(spec)) return loadFile(options);
  throw new UsageError(
    `--data is ${JSON.stringify(spec)}; it must be glove, one of ` +
      SYNTHETIC_DIMENSIONS.map((size) => `synthetic-${size}`).join(', ') +
      `, or a file that exists and ends in ${fileEndings.join(', ')}`,
  );
}

async function loadFile({ spec, onStep, ...options }: BenchDataOptions): Promise<BenchData> {
  onStep(`data: ${spec}`);
  let data: FileData;
  try {
    data = await loadFileData({ ...options, path: spec });
  } catch (error) {
    throw new UsageError(`--data: ${(error as Error).message}`);
  }
  const computed = withTruth(data, onStep);
  return {
    ...computed,
    nearest: async (k) => nearestOf(data, k) ?? (await computed.nearest(k)),
  };
}

function withTruth(
  { name, metric, base, queries }: Omit<BenchData, 'nearest'>,
  onStep: (text: string) => void,
): BenchData {
  const truths = new Map<number, Promise<NearestRows>>();
  const nearest = (k: number) => {
    let truth = truths.get(k);
    if (truth === undefined) {
      onStep(`data: exact answers of ${queries.count} queries, from the cache or computed`);
      truth = loadGroundTruth({ name, base, queries, metric, k });
      truths.set(k, truth);
    }
    return truth;
  };
  return { name, metric, base, queries, nearest };
}
