// The quickstart's documents: 12,000 dictionary entries of WordNet 3.1, one JSON object a line in
// `data/documents.jsonl.gz`. Their vectors are not stored: they are computed from the texts on
// loading, by the embedder that also embeds the questions, and so are the same on every machine.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dataDirectory } from './data-directory.js';
import { createTextEmbedder, type TextEmbedder } from './embed-text.js';

export interface QuickstartMetadata {
  /** The commonest of the entry's words, e.g. `thermometer`. */
  readonly lemma: string;
  readonly part_of_speech: string;
  /** WordNet's lexicographer file, e.g. `noun.artifact`. */
  readonly category: string;
  /** The next broader entry, e.g. `measuring instrument`; empty when there is none. */
  readonly kind_of: string;
  /** Words of the definition. */
  readonly word_count: number;
}

export interface QuickstartDocument {
  /** `wn-<offset in WordNet's data file>-<part of speech>`, e.g. `wn-04429007-n`. */
  readonly id: string;
  /** The entry's words, a colon, its definition. */
  readonly text: string;
  readonly metadata: QuickstartMetadata;
  /** Unit length, 100 elements. */
  readonly vector: Float32Array;
}

export function loadDocuments(embed: TextEmbedder = createTextEmbedder()): QuickstartDocument[] {
  const packed = readFileSync(join(dataDirectory(), 'documents.jsonl.gz'));
  const lines = gunzipSync(packed).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { id, text, metadata } = JSON.parse(line) as Omit<QuickstartDocument, 'vector'>;
    return { id, text, metadata, vector: embed(text) };
  });
}
