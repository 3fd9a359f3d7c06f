/**
 * What an elastic cluster holds and is asked: documents, questions that are none of them, and the true
 * nearest ten of each, under the l2 metric. Word vectors of GloVe, or a few random ones for tests.
 */
import { seededRandom } from '../../src/base/random.js';
import { loadBenchData } from '../datasets/bench-data.js';
import { findNearestRows } from '../datasets/nearest-rows.js';
import { createVectorSet, rowOf, type VectorSet } from '../datasets/vector-set.js';

export const TOP_K = 10;
const QUESTION_COUNT = 100;

export interface ElasticData {
  dimension: number;
  documents: readonly Float32Array[];
  questions: readonly Float32Array[];
  /** Of each question: the rows of its true nearest. */
  truth: readonly ReadonlySet<number>[];
}

/** Of unit length, so that l2 and cosine agree about neighbours. */
export async function gloveData(count: number, seed: number): Promise<ElasticData> {
  const data = await loadBenchData({
    ...{ spec: 'glove', count, queryCount: QUESTION_COUNT, seed },
    onStep: () => {},
  });
  return withTruth(data.base, data.queries);
}

export function randomData(count: number, dimension: number, seed: number): ElasticData {
  const random = seededRandom(seed);
  const drawn = (rows: number) => {
    const set = createVectorSet(rows, dimension);
    set.values.forEach((_, i) => {
      set.values[i] = random.next();
    });
    return set;
  };
  return withTruth(drawn(count), drawn(QUESTION_COUNT));
}

function withTruth(base: VectorSet, questions: VectorSet): ElasticData {
  const { rows } = findNearestRows(base, questions, 'l2', TOP_K);
  const rowsOf = (set: VectorSet) =>
    Array.from({ length: set.count }, (_, row) => Float32Array.from(rowOf(set, row)));
  return {
    dimension: base.dimension,
    documents: rowsOf(base),
    questions: rowsOf(questions),
    truth: Array.from({ length: questions.count }, (_, i) => {
      return new Set(rows.subarray(i * TOP_K, (i + 1) * TOP_K));
    }),
  };
}
