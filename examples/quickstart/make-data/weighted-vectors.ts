// The starting point of the word vectors: GloVe with smooth inverse frequency weights and without
// the direction that all texts share (Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline
// for sentence embeddings").
//
// A word's weight is a / (a + p), its vector's length carries it. p is the geometric mean of two
// frequencies: that in the news (Zipf's law over GloVe's rank) and that in the definitions, where
// "device" or "person" are as common, and say as little, as "said" in the news.

import type { GloveTable } from '../../../bench/datasets/glove.js';
import type { Vocabulary } from '../vocabulary.js';

const WEIGHT_SCALE = 3e-3;
const FREQUENCY_FLOOR = 1e-7;
const POWER_ITERATIONS = 30;

export function weightedVectors(
  glove: GloveTable,
  rankOf: ReadonlyMap<string, number>,
  texts: readonly (readonly string[])[],
  vocabularyWords: ReadonlySet<string>,
): Vocabulary {
  const { dimension, values: gloveValues } = glove.vectors;
  const countOf = new Map<string, number>();
  let total = 0;
  for (const word of texts.flat()) {
    countOf.set(word, (countOf.get(word) ?? 0) + 1);
    total++;
  }
  const rowOf = new Map([...vocabularyWords].map((word, row) => [word, row]));
  const values = new Float32Array(rowOf.size * dimension);
  for (const [word, row] of rowOf) {
    const rank = rankOf.get(word) as number;
    const newsFrequency = Math.max(0.06 / (rank + 3), FREQUENCY_FLOOR);
    const textFrequency = Math.max((countOf.get(word) ?? 0) / total, FREQUENCY_FLOOR);
    const weight = WEIGHT_SCALE / (WEIGHT_SCALE + Math.sqrt(newsFrequency * textFrequency));
    for (let i = 0; i < dimension; i++) {
      values[row * dimension + i] = (gloveValues[rank * dimension + i] as number) * weight;
    }
  }
  const vocabulary = { dimension, rowOf, values };
  removeDirection(vocabulary, commonDirection(vocabulary, texts));
  return vocabulary;
}

/** The first principal component, not centred, of the texts' unit vectors: power iteration. */
function commonDirection(
  vocabulary: Vocabulary,
  texts: readonly (readonly string[])[],
): Float64Array {
  const { dimension } = vocabulary;
  const sample = texts.filter((_, i) => i % 4 === 0);
  const vectors = sample.map((words) => unitSum(vocabulary, words));
  let direction = new Float64Array(dimension).fill(1);
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    const next = new Float64Array(dimension);
    for (const vector of vectors) {
      const along = innerProduct(vector, 0, direction);
      for (let i = 0; i < dimension; i++) {
        next[i] = (next[i] as number) + along * (vector[i] as number);
      }
    }
    const norm = Math.sqrt(innerProduct(next, 0, next));
    direction = next.map((value) => value / norm);
  }
  return direction;
}

/** Taking it out of every word takes it out of every sum of words. */
function removeDirection({ dimension, values }: Vocabulary, direction: Float64Array): void {
  for (let offset = 0; offset < values.length; offset += dimension) {
    const along = innerProduct(values, offset, direction);
    for (let i = 0; i < dimension; i++) {
      values[offset + i] = (values[offset + i] as number) - along * (direction[i] as number);
    }
  }
}

function unitSum({ dimension, rowOf, values }: Vocabulary, words: readonly string[]) {
  const sum = new Float64Array(dimension);
  for (const word of words) {
    const offset = (rowOf.get(word) as number) * dimension;
    for (let i = 0; i < dimension; i++) {
      sum[i] = (sum[i] as number) + (values[offset + i] as number);
    }
  }
  const norm = Math.sqrt(innerProduct(sum, 0, sum)) || 1;
  return sum.map((value) => value / norm);
}

function innerProduct(a: Float32Array | Float64Array, offset: number, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += (a[offset + i] as number) * (b[i] as number);
  return sum;
}
