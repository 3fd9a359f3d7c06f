// Turns a text into a vector, offline: the sum of the vectors of its content words, at unit length.
//
// The word vectors are GloVe's, weighted by smooth inverse frequency (Arora, Liang and Ma 2017,
// https://openreview.net/forum?id=SyK00v5xx) and then tuned on dictionary definitions; how is told in
// `make-data/make-data.ts`. The same function embeds the documents and the questions. A real
// application calls an embedding model here instead.

import { join } from 'node:path';
import { dataDirectory } from './data-directory.js';
import { contentWords } from './text-words.js';
import { readVocabulary, type Vocabulary } from './vocabulary.js';

/** Unit length; `dimension` elements. Throws when the text has no known word. */
export type TextEmbedder = (text: string) => Float32Array;

export function createTextEmbedder(): TextEmbedder {
  return embedderOf(readVocabulary(join(dataDirectory(), 'vocabulary.bin.gz')));
}

export function embedderOf(vocabulary: Vocabulary): TextEmbedder {
  const { dimension, rowOf, values } = vocabulary;
  return (text) => {
    const words = contentWords(text, (word) => rowOf.has(word));
    const sum = new Float64Array(dimension);
    for (const word of words) {
      const row = rowOf.get(word);
      if (row === undefined) continue;
      for (let i = 0; i < dimension; i++) {
        sum[i] = (sum[i] as number) + (values[row * dimension + i] as number);
      }
    }
    const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    if (norm === 0) throw new Error(noKnownWord(text, words));
    return Float32Array.from(sum, (value) => value / norm);
  };
}

function noKnownWord(text: string, words: readonly string[]): string {
  const quoted = JSON.stringify(text.slice(0, 200));
  if (words.length === 0) return `${quoted} has no word to search for, only stop words`;
  const named = words.slice(0, 20).join(', ');
  return `no word of ${quoted} is in the example's vocabulary: ${named}; try plainer words`;
}
