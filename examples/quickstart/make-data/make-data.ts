// Makes `examples/quickstart/data` from WordNet 3.1 and GloVe. Not part of the quickstart: its
// result is in the repository. To make it again (some two minutes, 130 MB of downloads):
//
//   npx tsc -p tsconfig.build.json && node dist/examples/quickstart/make-data/make-data.js
//
//   1. choose 12,000 entries (select-entries.ts);
//   2. weight GloVe's vectors by inverse frequency (weighted-vectors.ts);
//   3. tune them on all of WordNet's definitions (tune-vectors.ts);
//   4. write the entries' texts, and the words that these or a question are likely to need.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadGloveTable } from '../../../bench/datasets/glove.js';
import { seededRandom } from '../../../src/base/random.js';
import { dataDirectory } from '../data-directory.js';
import type { QuickstartDocument } from '../dataset.js';
import { contentWords } from '../text-words.js';
import { encodeVocabulary } from '../vocabulary.js';
import { type Entry, selectEntries } from './select-entries.js';
import { type TuningExample, tuneVectors } from './tune-vectors.js';
import { weightedVectors } from './weighted-vectors.js';
import { loadSynsets, type Synset } from './wordnet.js';

const ENTRY_COUNT = 12_000;
/** The most frequent words of English that the vocabulary holds beside those of the entries. */
const COMMON_WORD_COUNT = 12_000;
/** A word rarer than this that only one entry has (mostly Latin names) is not worth its 104 bytes. */
const RARE_WORD_RANK = 120_000;
const SEED = 7;

interface SynsetWords {
  readonly definition: readonly string[];
  readonly lemmas: readonly string[];
}

async function main(): Promise<void> {
  const glove = await loadGloveTable();
  const rankOf = new Map(glove.words.map((word, rank) => [word, rank]));
  const synsets = await loadSynsets();
  const wordsOf = (text: string) =>
    contentWords(text, (word) => rankOf.has(word)).filter((word) => rankOf.has(word));
  const wordsByKey = new Map<string, SynsetWords>(
    synsets.map(({ key, definition, lemmas }) => [
      key,
      { definition: wordsOf(definition), lemmas: wordsOf(lemmas.join(' ; ')) },
    ]),
  );
  const texts = [...wordsByKey.values()].map(({ definition, lemmas }) => [
    ...new Set([...lemmas, ...definition]),
  ]);
  const commonWords = glove.words.slice(0, COMMON_WORD_COUNT).flatMap((word) => wordsOf(word));
  const vocabulary = weightedVectors(
    glove,
    rankOf,
    texts,
    new Set([...texts.flat(), ...commonWords]),
  );
  const examples = tuningExamples(synsets, wordsByKey, vocabulary.rowOf);
  console.error(`tuning ${vocabulary.rowOf.size} words on ${examples.length} definitions`);
  tuneVectors(vocabulary, examples, seededRandom(SEED), (epoch, loss) => {
    console.error(`pass ${epoch + 1}: loss ${loss.toFixed(3)}`);
  });

  const entries = selectEntries(synsets, rankOf, ENTRY_COUNT);
  const byKey = new Map(synsets.map((synset) => [synset.key, synset]));
  const documents = entries.map((entry) => toDocument(entry, byKey));
  const kept = new Set([...commonWords, ...wordsWorthKeeping(documents, wordsOf, rankOf)]);
  const rowOf = new Map(
    [...kept].sort().map((word) => [word, vocabulary.rowOf.get(word) as number]),
  );
  const lines = documents.map((document) => `${JSON.stringify(document)}\n`).join('');
  write('documents.jsonl.gz', gzipSync(lines, { level: 9 }));
  write('vocabulary.bin.gz', encodeVocabulary({ ...vocabulary, rowOf }));
  console.error(`${documents.length} documents, ${rowOf.size} words`);
}

function wordsWorthKeeping(
  documents: readonly { readonly text: string }[],
  wordsOf: (text: string) => string[],
  rankOf: ReadonlyMap<string, number>,
): string[] {
  const documentCountOf = new Map<string, number>();
  for (const word of documents.flatMap(({ text }) => wordsOf(text))) {
    documentCountOf.set(word, (documentCountOf.get(word) ?? 0) + 1);
  }
  return [...documentCountOf.keys()].filter(
    (word) =>
      (documentCountOf.get(word) as number) > 1 || (rankOf.get(word) as number) < RARE_WORD_RANK,
  );
}

function tuningExamples(
  synsets: readonly Synset[],
  wordsByKey: ReadonlyMap<string, SynsetWords>,
  rowOf: ReadonlyMap<string, number>,
): TuningExample[] {
  const rows = (words: readonly string[] = []) => words.map((word) => rowOf.get(word) as number);
  const examples = synsets.map(({ key, hypernym }) => ({
    definition: rows(wordsByKey.get(key)?.definition),
    lemmas: rows(wordsByKey.get(key)?.lemmas),
    broader: rows(wordsByKey.get(hypernym ?? '')?.lemmas),
  }));
  return examples.filter(({ definition, lemmas }) => definition.length >= 2 && lemmas.length >= 1);
}

function toDocument(
  { synset, lemma }: Entry,
  byKey: ReadonlyMap<string, Synset>,
): Omit<QuickstartDocument, 'vector'> {
  const lemmas = [lemma, ...synset.lemmas.filter((other) => other !== lemma)];
  return {
    id: `wn-${synset.offset}-${synset.partOfSpeech}`,
    text: `${lemmas.join(', ')}: ${synset.definition}`,
    metadata: {
      lemma,
      part_of_speech: 'noun',
      category: synset.category,
      kind_of: byKey.get(synset.hypernym ?? '')?.lemmas[0] ?? '',
      word_count: synset.definition.split(/\s+/).length,
    },
  };
}

function write(fileName: string, bytes: Uint8Array): void {
  writeFileSync(join(dataDirectory(), fileName), bytes);
  console.error(`${fileName}: ${bytes.length} bytes`);
}

await main();
