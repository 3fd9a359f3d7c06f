// A streaming reader for the JSON of the `wink-embeddings-*` packages:
//
//   {"precision":8,"l2NormIndex":100,...,"dimensions":100,"words":["the",...],
//    "vectors":{"the":[v0,...,v99,norm,rank],...},"unkVector":[...]}
//
// The text is some 300 MB; parsing it whole would need gigabytes. Each entry of `vectors` is instead
// matched, and forgotten, as soon as its closing bracket has arrived.

import { StringDecoder } from 'node:string_decoder';

export interface EmbeddingEntry {
  readonly word: string;
  /** The components only; the norm and the rank that follow them in the file are left out. */
  readonly vector: Float32Array;
}

const VECTORS_START = '"vectors":{';
const ENTRY = /,?("(?:[^"\\]|\\.)*"):\[([^\]]*)\]/y;

/** Yields the entries in file order, which is by falling frequency of the word. */
export async function* parseEmbeddingJson(
  chunks: AsyncIterable<Buffer>,
  dimension: number,
): AsyncGenerator<EmbeddingEntry> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let isInVectors = false;
  for await (const chunk of chunks) {
    pending += decoder.write(chunk);
    if (!isInVectors) {
      const start = pending.indexOf(VECTORS_START);
      if (start < 0) {
        pending = pending.slice(-VECTORS_START.length);
        continue;
      }
      pending = pending.slice(start + VECTORS_START.length);
      isInVectors = true;
    }
    let position = 0;
    for (;;) {
      ENTRY.lastIndex = position;
      const match = ENTRY.exec(pending);
      if (match === null) break;
      position = ENTRY.lastIndex;
      yield toEntry(match[1] as string, match[2] as string, dimension);
    }
    pending = pending.slice(position);
    if (pending.startsWith('}')) return;
  }
  throw new Error(`the embedding file ended early, near ${JSON.stringify(pending.slice(0, 80))}`);
}

function toEntry(quotedWord: string, numbers: string, dimension: number): EmbeddingEntry {
  const word = JSON.parse(quotedWord) as string;
  const values = numbers.split(',');
  if (values.length < dimension) {
    throw new Error(`${quotedWord} has ${values.length} numbers, expected ${dimension} or more`);
  }
  const vector = new Float32Array(dimension);
  for (let i = 0; i < dimension; i++) vector[i] = Number(values[i]);
  return { word, vector };
}
