// Tunes word vectors so that a definition in plain words finds the word it defines.
//
// Each of WordNet's 114,000 synsets is an example: some words of its definition play the question,
// its lemmas (at times with the broader word and the rest of the definition) the document. In a
// batch every question must prefer its own document to the 511 others and the other way round
// (softmax of the cosines, both directions: InfoNCE). The gradient goes back through the
// normalisation into the words; step sizes are Adagrad's, one per word. A third pass
// lowers the loss further, but no longer helps questions that are not definitions.

import { type Random, shuffle } from '../../../src/base/random.js';
import type { Vocabulary } from '../vocabulary.js';

export interface TuningExample {
  /** Rows of the definition's words; at least 2. */
  readonly definition: readonly number[];
  /** Rows of the lemmas' words; at least 1. */
  readonly lemmas: readonly number[];
  /** Rows of the broader synset's lemmas. */
  readonly broader: readonly number[];
}

const BATCH_SIZE = 512;
const EPOCH_COUNT = 2;
const TEMPERATURE = 0.07;
const LEARNING_RATE = 0.1;
const LEMMAS_ONLY_RATIO = 0.8;
const GRADIENT_CUTOFF = 1e-4;

/** One side of a batch: the texts, their unit vectors, the norms before, and the gradients. */
class BatchSide {
  readonly rows: (readonly number[])[] = [];
  readonly vectors: Float64Array;
  readonly norms = new Float64Array(BATCH_SIZE);
  readonly gradients: Float64Array;

  constructor(readonly dimension: number) {
    this.vectors = new Float64Array(BATCH_SIZE * dimension);
    this.gradients = new Float64Array(BATCH_SIZE * dimension);
  }

  set(index: number, rows: readonly number[], values: Float32Array): void {
    const { dimension } = this;
    const vector = this.vectors.subarray(index * dimension, (index + 1) * dimension).fill(0);
    for (const row of rows) {
      const offset = row * dimension;
      for (let i = 0; i < dimension; i++) {
        vector[i] = (vector[i] as number) + (values[offset + i] as number);
      }
    }
    let squares = 0;
    for (const value of vector) squares += value * value;
    const norm = Math.sqrt(squares) || 1;
    for (let i = 0; i < dimension; i++) vector[i] = (vector[i] as number) / norm;
    this.rows[index] = rows;
    this.norms[index] = norm;
    this.gradients.fill(0, index * dimension, (index + 1) * dimension);
  }
}

/** Changes `vocabulary.values` in place; calls `onEpoch` with the mean loss of each pass. */
export function tuneVectors(
  vocabulary: Vocabulary,
  examples: readonly TuningExample[],
  random: Random,
  onEpoch: (epoch: number, loss: number) => void,
): void {
  const { dimension, rowOf, values } = vocabulary;
  const questions = new BatchSide(dimension);
  const documents = new BatchSide(dimension);
  const squaredGradients = new Float64Array(rowOf.size);
  const order = [...examples];
  for (let epoch = 0; epoch < EPOCH_COUNT; epoch++) {
    shuffle(random, order);
    let loss = 0;
    let batchCount = 0;
    for (let start = 0; start + BATCH_SIZE <= order.length; start += BATCH_SIZE) {
      for (let i = 0; i < BATCH_SIZE; i++) {
        const [question, document] = splitExample(order[start + i] as TuningExample, random);
        questions.set(i, question, values);
        documents.set(i, document, values);
      }
      loss += computeGradients(questions, documents);
      batchCount++;
      const rate = LEARNING_RATE * (1 - (epoch + start / order.length) / EPOCH_COUNT);
      for (const side of [questions, documents]) {
        for (let i = 0; i < BATCH_SIZE; i++) step(side, i, values, squaredGradients, rate);
      }
    }
    onEpoch(epoch, loss / batchCount);
  }
}

/** 40 to 80 % of the definition's words ask; none of them is given to the document as well. */
function splitExample(example: TuningExample, random: Random): [number[], number[]] {
  const words = shuffle(random, [...example.definition]);
  const keptCount = Math.max(1, Math.ceil(words.length * (0.4 + 0.4 * random.next())));
  const document = [...example.lemmas];
  if (random.next() >= LEMMAS_ONLY_RATIO)
    document.push(...example.broader, ...words.slice(keptCount));
  return [words.slice(0, keptCount), document];
}

/** Fills both sides' gradients; returns the mean loss of the questions. */
function computeGradients(questions: BatchSide, documents: BatchSide): number {
  const { dimension } = questions;
  const odds = new Float64Array(BATCH_SIZE * BATCH_SIZE);
  const rowSums = new Float64Array(BATCH_SIZE);
  const columnSums = new Float64Array(BATCH_SIZE);
  for (let q = 0; q < BATCH_SIZE; q++) {
    for (let d = 0; d < BATCH_SIZE; d++) {
      let cosine = 0;
      for (let i = 0; i < dimension; i++) {
        cosine +=
          (questions.vectors[q * dimension + i] as number) *
          (documents.vectors[d * dimension + i] as number);
      }
      const value = Math.exp(cosine / TEMPERATURE);
      odds[q * BATCH_SIZE + d] = value;
      rowSums[q] = (rowSums[q] as number) + value;
      columnSums[d] = (columnSums[d] as number) + value;
    }
  }
  let loss = 0;
  for (let q = 0; q < BATCH_SIZE; q++) {
    loss -= Math.log((odds[q * BATCH_SIZE + q] as number) / (rowSums[q] as number)) / BATCH_SIZE;
    for (let d = 0; d < BATCH_SIZE; d++) {
      const value = odds[q * BATCH_SIZE + d] as number;
      const share = 0.5 * (value / (rowSums[q] as number) + value / (columnSums[d] as number));
      const pull = share - (q === d ? 1 : 0);
      if (Math.abs(pull) < GRADIENT_CUTOFF) continue;
      addScaled(
        questions.gradients,
        q * dimension,
        documents.vectors,
        d * dimension,
        pull,
        dimension,
      );
      addScaled(
        documents.gradients,
        d * dimension,
        questions.vectors,
        q * dimension,
        pull,
        dimension,
      );
    }
  }
  return loss;
}

function addScaled(
  target: Float64Array,
  targetOffset: number,
  source: Float64Array,
  sourceOffset: number,
  pull: number,
  dimension: number,
): void {
  const factor = pull / TEMPERATURE;
  for (let i = 0; i < dimension; i++) {
    const added = factor * (source[sourceOffset + i] as number);
    target[targetOffset + i] = (target[targetOffset + i] as number) + added;
  }
}

/** The gradient of a unit vector has no part along it, and shrinks with the length before. */
function step(
  side: BatchSide,
  index: number,
  values: Float32Array,
  squaredGradients: Float64Array,
  rate: number,
): void {
  const { dimension } = side;
  const vector = side.vectors.subarray(index * dimension, (index + 1) * dimension);
  const gradient = side.gradients.subarray(index * dimension, (index + 1) * dimension);
  let along = 0;
  for (let i = 0; i < dimension; i++) along += (gradient[i] as number) * (vector[i] as number);
  let squares = 0;
  for (let i = 0; i < dimension; i++) {
    const across = (gradient[i] as number) - along * (vector[i] as number);
    gradient[i] = across / (side.norms[index] as number);
    squares += (gradient[i] as number) ** 2;
  }
  if (squares === 0) return;
  for (const row of side.rows[index] as readonly number[]) {
    squaredGradients[row] = (squaredGradients[row] as number) + squares / dimension;
    const size = rate / Math.sqrt(squaredGradients[row] as number);
    for (let i = 0; i < dimension; i++) {
      const at = row * dimension + i;
      values[at] = (values[at] as number) - size * (gradient[i] as number);
    }
  }
}
