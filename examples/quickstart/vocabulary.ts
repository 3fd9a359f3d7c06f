// The vocabulary file: every known word and its vector, in 104 bytes a word before compression.
//
//   gzip of, little-endian:
//     4 bytes   "AQV1"
//     uint32    dimension d
//     uint32    word count n
//     uint32    byte length of the words
//     bytes     the words in UTF-8, separated by line feeds
//     float32   n scales
//     int8      n x d components; component = int8 * scale of its word
//
// A word's weight is the length of its vector: frequent words are short, telling ones long.

import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

const MAGIC = 'AQV1';
const HEADER_BYTES = 16;

export interface Vocabulary {
  readonly dimension: number;
  /** Row of `values` by word. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** Row after row. */
  readonly values: Float32Array;
}

export function readVocabulary(path: string): Vocabulary {
  return decodeVocabulary(gunzipSync(readFileSync(path)));
}

export function encodeVocabulary({ dimension, rowOf, values }: Vocabulary): Uint8Array {
  const words = Buffer.from([...rowOf.keys()].join('\n'), 'utf8');
  const scales = Buffer.alloc(rowOf.size * 4);
  const components = new Int8Array(rowOf.size * dimension);
  let position = 0;
  for (const row of rowOf.values()) {
    const vector = values.subarray(row * dimension, (row + 1) * dimension);
    let largest = 0;
    for (const value of vector) largest = Math.max(largest, Math.abs(value));
    const scale = Math.fround(largest / 127);
    scales.writeFloatLE(scale, position * 4);
    for (let i = 0; i < dimension && scale > 0; i++) {
      components[position * dimension + i] = Math.round((vector[i] as number) / scale);
    }
    position++;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(dimension, 4);
  header.writeUInt32LE(rowOf.size, 8);
  header.writeUInt32LE(words.length, 12);
  return gzipSync(Buffer.concat([header, words, scales, new Uint8Array(components.buffer)]), {
    level: 9,
  });
}

function decodeVocabulary(bytes: Buffer): Vocabulary {
  if (bytes.toString('latin1', 0, 4) !== MAGIC) throw new Error('not a vocabulary file');
  const dimension = bytes.readUInt32LE(4);
  const wordCount = bytes.readUInt32LE(8);
  const scalesAt = HEADER_BYTES + bytes.readUInt32LE(12);
  const componentsAt = scalesAt + wordCount * 4;
  if (bytes.length !== componentsAt + wordCount * dimension) {
    throw new Error(`the vocabulary file is damaged: it has ${bytes.length} bytes`);
  }
  const words = bytes.toString('utf8', HEADER_BYTES, scalesAt).split('\n');
  const values = new Float32Array(wordCount * dimension);
  for (let row = 0; row < wordCount; row++) {
    const scale = bytes.readFloatLE(scalesAt + row * 4);
    for (let i = row * dimension; i < (row + 1) * dimension; i++) {
      values[i] = bytes.readInt8(componentsAt + i) * scale;
    }
  }
  return { dimension, rowOf: new Map(words.map((word, row) => [word, row])), values };
}
