/**
 * HDF5 as ann-benchmarks publishes its sets (https://github.com/erikbern/ann-benchmarks): `train` to
 * search among, `test` to search for, `neighbors` with the true nearest rows of `train`, and the
 * attribute `distance`. Read with h5wasm, which is not installed with Annulus: it is large, and few
 * need it.
 */
import type { Dataset, File } from 'h5wasm';
import type { Metric } from '../../src/base/metric.js';
import { withBinaryFile } from './binary-file.js';
import { createVectorSet, type VectorSet } from './vector-set.js';

export interface Hdf5DataSet {
  /** The first `rowsMax` rows of `train`. */
  base: VectorSet;
  queries: VectorSet;
  metric: Metric | undefined;
  /** Only when all of `train` was read: its rows, `width` a query, nearest first. */
  neighbors: { width: number; rows: Uint32Array } | undefined;
}

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const CHUNK_ELEMENTS = 4 << 20;
const METRICS: Readonly<Record<string, Metric>> = {
  angular: 'cosine',
  euclidean: 'l2',
  dot: 'dot',
};

export async function readHdf5(
  path: string,
  limits: { rowsMax?: number; queriesMax?: number } = {},
): Promise<Hdf5DataSet> {
  const h5wasm = await library();
  await checkSignature(path);
  const file = new h5wasm.File(path, 'r');
  try {
    // A damaged file gives an id below zero rather than an error.
    if (Number(file.file_id) < 0) throw new Error(`${path} is a damaged HDF5 file`);
    const base = vectorsOf(file, path, 'train', limits.rowsMax);
    const queries = vectorsOf(file, path, 'test', limits.queriesMax);
    if (base.dimension !== queries.dimension) {
      throw new Error(`${path}: train has ${base.dimension} columns, test ${queries.dimension}`);
    }
    const isWhole = base.count === tableOf(file, path, 'train').shape[0];
    return {
      ...{ base, queries, metric: metricOf(file) },
      neighbors: isWhole ? neighborsOf(file, path, base, queries) : undefined,
    };
  } finally {
    file.close();
  }
}

/** By its first bytes: what is no HDF5 at all makes the library print pages. */
async function checkSignature(path: string): Promise<void> {
  await withBinaryFile(path, (file) => {
    const isHdf5 = file.byteCount >= SIGNATURE.length && file.read(0, 8).equals(SIGNATURE);
    if (!isHdf5) throw new Error(`${path} is no HDF5 file`);
  });
}

async function library(): Promise<typeof import('h5wasm/node')> {
  try {
    const h5wasm = await import('h5wasm/node');
    await h5wasm.ready;
    return h5wasm;
  } catch (error) {
    throw new Error('reading HDF5 needs one more package: npm install h5wasm', { cause: error });
  }
}

interface Table {
  dataset: Dataset;
  shape: [rows: number, columns: number];
}

function tableOf(file: File, path: string, name: string): Table {
  const dataset = file.get(name) as Dataset | null;
  const shape = dataset?.shape;
  if (dataset === null || shape === undefined || shape === null || shape.length !== 2) {
    throw new Error(`${path} has no table ${name}: it is not a set of ann-benchmarks`);
  }
  return { dataset, shape: [shape[0] as number, shape[1] as number] };
}

function vectorsOf(
  file: File,
  path: string,
  name: string,
  rowsMax = Number.POSITIVE_INFINITY,
): VectorSet {
  const { dataset, shape } = tableOf(file, path, name);
  const set = createVectorSet(Math.min(rowsMax, shape[0]), shape[1]);
  eachChunk(dataset, set.count, set.dimension, (values, at) => {
    if (!(values instanceof Float32Array || values instanceof Float64Array)) {
      throw new Error(`${path}: ${name} holds ${String(dataset.dtype)}; taken are floats`);
    }
    set.values.set(values, at);
  });
  return set;
}

function neighborsOf(file: File, path: string, base: VectorSet, queries: VectorSet) {
  if (file.get('neighbors') === null) return undefined;
  const { dataset, shape } = tableOf(file, path, 'neighbors');
  const rows = new Uint32Array(queries.count * shape[1]);
  eachChunk(dataset, queries.count, shape[1], (values, at) => {
    for (let i = 0; i < values.length; i += 1) rows[at + i] = Number(values[i]);
  });
  if (rows.some((row) => row >= base.count)) {
    throw new Error(`${path}: neighbors names rows that train does not have`);
  }
  return { width: shape[1], rows };
}

/** Some rows at a time: a table may be larger than what WebAssembly can hold. */
function eachChunk(
  dataset: Dataset,
  rowCount: number,
  width: number,
  take: (values: ArrayLike<number | bigint>, at: number) => void,
): void {
  const step = Math.max(1, Math.floor(CHUNK_ELEMENTS / width));
  for (let from = 0; from < rowCount; from += step) {
    const to = Math.min(from + step, rowCount);
    take(
      dataset.slice([
        [from, to],
        [0, width],
      ]) as ArrayLike<number | bigint>,
      from * width,
    );
  }
}

function metricOf(file: File): Metric | undefined {
  const value = file.attrs.distance?.value;
  return typeof value === 'string' ? METRICS[value] : undefined;
}
