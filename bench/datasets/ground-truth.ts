// The ground truth of a benchmark, computed once: the exact top k of every query, on worker threads,
// kept in the cache directory.
//
// The cache key is a SHA-256 over everything that decides the answer: the bytes of the base set and
// of the queries (and so the data set's name, count and seed), their dimension, the metric, k. The
// file opens with the SHA-256 of the rest; a damaged one is computed again.
//
// Worker threads cannot load TypeScript on Node 20, so from source (under vitest) the calling thread
// does the work; from the compiled copy the workers do. The answer is the same.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Metric } from '../../src/base/metric.js';
import { cacheDirectory, writeFileAtomically } from './cache-directory.js';
import type { GroundTruthTask } from './ground-truth-worker.js';
import { findNearestRows, type NearestRows } from './nearest-rows.js';
import type { VectorSet } from './vector-set.js';

const FORMAT_VERSION = 1;
const SHA256_BYTES = 32;
const WORKER_URL = new URL('./ground-truth-worker.js', import.meta.url);

export interface GroundTruthOptions {
  /** Starts the cache file's name, for people; the key is the contents. */
  readonly name: string;
  readonly base: VectorSet;
  readonly queries: VectorSet;
  readonly metric: Metric;
  /** 1..base.count. */
  readonly k: number;
  /** Threads to compute on when the cache has no answer. Default 2. */
  readonly workerCount?: number;
  /** Default: the data sets' cache directory. */
  readonly directory?: string;
}

export async function loadGroundTruth(options: GroundTruthOptions): Promise<NearestRows> {
  const { name, base, queries, metric, k, workerCount = 2 } = options;
  if (!Number.isInteger(k) || k < 1 || k > base.count) {
    throw new Error(`k is ${k}, allowed are 1..${base.count}`);
  }
  if (base.dimension !== queries.dimension) {
    throw new Error(`base has dimension ${base.dimension}, queries have ${queries.dimension}`);
  }
  const fileName = `truth-${name}-${metric}-top${k}-${cacheKey(options)}.bin`;
  const path = join(options.directory ?? cacheDirectory(), fileName);
  const cached = existsSync(path) ? decode(readFileSync(path), queries.count, k) : null;
  if (cached !== null) return cached;
  const truth = await compute({ base, queries, metric, k }, workerCount);
  writeFileAtomically(path, encode(truth));
  return truth;
}

async function compute(
  question: Omit<GroundTruthTask, 'from' | 'to'>,
  workerCount: number,
): Promise<NearestRows> {
  const { base, queries, metric, k } = question;
  if (!existsSync(fileURLToPath(WORKER_URL))) return findNearestRows(base, queries, metric, k);
  const share = Math.max(1, Math.ceil(queries.count / workerCount));
  const parts: Promise<NearestRows>[] = [];
  for (let from = 0; from < queries.count; from += share) {
    parts.push(runWorker({ ...question, from, to: Math.min(from + share, queries.count) }));
  }
  const rows = new Uint32Array(queries.count * k);
  const distances = new Float64Array(queries.count * k);
  for (const [i, part] of (await Promise.all(parts)).entries()) {
    rows.set(part.rows, i * share * k);
    distances.set(part.distances, i * share * k);
  }
  return { k, rows, distances };
}

function runWorker(task: GroundTruthTask): Promise<NearestRows> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER_URL, { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a worker left with code ${code}`)));
  });
}

function cacheKey({ base, queries, metric, k }: GroundTruthOptions): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([FORMAT_VERSION, metric, k]));
  for (const { dimension, count, values } of [base, queries]) {
    hash.update(JSON.stringify([dimension, count]));
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

/** SHA-256 of the rest, all rows (uint32), all distances (float64); little-endian. */
function encode({ rows, distances }: NearestRows): Uint8Array {
  const payload = Buffer.alloc(rows.length * 4 + distances.length * 8);
  rows.forEach((row, i) => {
    payload.writeUInt32LE(row, i * 4);
  });
  distances.forEach((distance, i) => {
    payload.writeDoubleLE(distance, rows.length * 4 + i * 8);
  });
  return Buffer.concat([createHash('sha256').update(payload).digest(), payload]);
}

function decode(file: Buffer, queryCount: number, k: number): NearestRows | null {
  const length = queryCount * k;
  const payload = file.subarray(SHA256_BYTES);
  const checksum = createHash('sha256').update(payload).digest();
  if (payload.length !== length * 12) return null;
  if (!checksum.equals(file.subarray(0, SHA256_BYTES))) return null;
  const rows = Uint32Array.from({ length }, (_, i) => payload.readUInt32LE(i * 4));
  const distances = Float64Array.from({ length }, (_, i) =>
    payload.readDoubleLE(length * 4 + i * 8),
  );
  return { k, rows, distances };
}
