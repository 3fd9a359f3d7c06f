/**
 * Vectors out of a user's file. Queries come from the same file, held out by a seeded shuffle, unless
 * there is a file of them; the true neighbours are computed, unless there is a file of them. Rows keep
 * the order of the file whenever a file of neighbours refers to it.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { distanceFunctions, type Metric } from '../../src/base/metric.js';
import { seededRandom, shuffle } from '../../src/base/random.js';
import { readHdf5 } from './hdf5-file.js';
import { readJsonlVectors } from './jsonl-vectors.js';
import type { NearestRows } from './nearest-rows.js';
import { readNpy } from './npy-file.js';
import { readFvecs, readIvecs } from './vecs-file.js';
import { createVectorSet, rowOf, type VectorSet } from './vector-set.js';

export interface FileDataOptions {
  path: string;
  /** At most so many documents; all when the file has fewer. */
  count: number;
  queryCount: number;
  seed: number;
  /** Default: what the file says, else cosine. */
  metric?: Metric | undefined;
  /** A file of queries. */
  queriesPath?: string | undefined;
  /** An `.ivecs` file of the true neighbours of those queries. */
  truthPath?: string | undefined;
}

export interface FileData {
  name: string;
  metric: Metric;
  base: VectorSet;
  queries: VectorSet;
  /** Given with the data: row numbers of `base`, nearest first. */
  known: KnownNeighbors | undefined;
}

export interface KnownNeighbors {
  width: number;
  rows: Uint32Array;
}

type Reader = (path: string, rowsMax?: number) => Promise<VectorSet>;

const readers: ReadonlyMap<string, Reader> = new Map([
  ['.fvecs', readFvecs],
  ['.npy', readNpy],
  ['.jsonl', readJsonlVectors],
  ['.ndjson', readJsonlVectors],
]);
const hdf5Endings: ReadonlySet<string> = new Set(['.hdf5', '.h5']);

export const fileEndings: readonly string[] = [...readers.keys(), ...hdf5Endings];

/** Errors name the file and what is wrong with it. */
export async function loadFileData(options: FileDataOptions): Promise<FileData> {
  const { path, metric, queriesPath, truthPath, queryCount } = options;
  const isHdf5 = hdf5Endings.has(extname(path).toLowerCase());
  if (truthPath !== undefined && queriesPath === undefined && !isHdf5) {
    throw new Error('true neighbours are those of certain queries: name the file of these as well');
  }
  const name = nameOf(options);
  if (isHdf5) {
    const limits = { rowsMax: options.count, queriesMax: queryCount };
    const { neighbors, ...set } = await readHdf5(path, limits);
    const known = truthPath === undefined ? neighbors : await readTruth(truthPath, set);
    return checked({ ...set, name, metric: metric ?? set.metric ?? 'cosine', known });
  }
  const read = readerOf(path);
  if (queriesPath === undefined) {
    const rows = await read(path, options.count + queryCount);
    return checked({
      ...holdOut(rows, options),
      name,
      metric: metric ?? 'cosine',
      known: undefined,
    });
  }
  const base = await read(path, options.count);
  const queries = await readerOf(queriesPath)(queriesPath, queryCount);
  const known = truthPath === undefined ? undefined : await readTruth(truthPath, { base, queries });
  return checked({ name, metric: metric ?? 'cosine', base, queries, known });
}

/** The first `k` known neighbours with their distances; undefined when fewer than `k` are known. */
export function nearestOf({ known, base, queries, metric }: FileData, k: number) {
  if (known === undefined || known.width < k) return undefined;
  const rows = new Uint32Array(queries.count * k);
  const distances = new Float64Array(queries.count * k);
  for (let query = 0; query < queries.count; query += 1) {
    rows.set(known.rows.subarray(query * known.width, query * known.width + k), query * k);
    for (let i = query * k; i < (query + 1) * k; i += 1) {
      const row = rowOf(base, rows[i] as number);
      distances[i] = distanceFunctions[metric](rowOf(queries, query), row);
    }
  }
  return { k, rows, distances } satisfies NearestRows;
}

function readerOf(path: string): Reader {
  const reader = readers.get(extname(path).toLowerCase());
  if (reader !== undefined) return reader;
  throw new Error(`${path}: files of vectors end in ${fileEndings.join(', ')}`);
}

/** Queries out of the same rows, so that none is a document. */
function holdOut(rows: VectorSet, { path, queryCount, seed }: FileDataOptions) {
  if (rows.count <= queryCount) {
    throw new Error(`${path} has ${rows.count} vectors: too few to hold out ${queryCount} queries`);
  }
  const order = shuffle(seededRandom(seed), [...Array(rows.count).keys()]);
  const pick = (chosen: readonly number[]) => {
    const set = createVectorSet(chosen.length, rows.dimension);
    chosen.forEach((row, i) => {
      rowOf(set, i).set(rowOf(rows, row));
    });
    return set;
  };
  return { base: pick(order.slice(queryCount)), queries: pick(order.slice(0, queryCount)) };
}

async function readTruth(
  path: string,
  { base, queries }: Pick<FileData, 'base' | 'queries'>,
): Promise<KnownNeighbors> {
  const { count, width, values } = await readIvecs(path, queries.count);
  if (count < queries.count) {
    throw new Error(`${path} has neighbours of ${count} queries, there are ${queries.count}`);
  }
  const wrong = values.find((row) => row < 0 || row >= base.count);
  if (wrong !== undefined) {
    throw new Error(
      `${path} names row ${wrong}, of ${base.count} documents: ` +
        'true neighbours hold for the whole file only, so raise --count',
    );
  }
  return { width, rows: Uint32Array.from(values) };
}

function checked(data: FileData): FileData {
  const { base, queries, name } = data;
  if (base.dimension !== queries.dimension) {
    throw new Error(
      `${name}: documents have ${base.dimension} dimensions, queries ${queries.dimension}`,
    );
  }
  for (const [what, set] of Object.entries({ document: base, query: queries })) {
    const at = set.values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const row = Math.floor(at / set.dimension);
      throw new Error(`${name}: ${what} ${row} has an element that is ${set.values[at]}`);
    }
  }
  return data;
}

/** For cache files: of the path and what decides the rows, so that another file has another name. */
function nameOf({ path, count, queryCount, seed, queriesPath }: FileDataOptions): string {
  const { size, mtimeMs } = statSync(path);
  const facts = JSON.stringify([path, size, mtimeMs, count, queryCount, seed, queriesPath]);
  const key = createHash('sha256').update(facts).digest('hex').slice(0, 8);
  return `${basename(path).replace(/[^\w.-]/g, '_')}-${key}`;
}
