/**
 * JSON lines: each an array of numbers, or an object with one under `vector` or `embedding`, as for
 * `annulus upsert`. Empty lines are skipped; anything else that is no vector of the same length ends
 * the reading with the number of the line.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createVectorSet, rowOf, type VectorSet } from './vector-set.js';

/** The first `rowsMax` vectors, or all of them. */
export async function readJsonlVectors(
  path: string,
  rowsMax = Number.POSITIVE_INFINITY,
): Promise<VectorSet> {
  const stream = createReadStream(path);
  const rows: Float32Array[] = [];
  let lineNumber = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      lineNumber += 1;
      if (line.trim() === '') continue;
      rows.push(vectorOf(line, rows[0]?.length, `${path}, line ${lineNumber}`));
      if (rows.length >= rowsMax) break;
    }
  } finally {
    stream.destroy();
  }
  const [first] = rows;
  if (first === undefined) throw new Error(`${path} has no vectors`);
  const set = createVectorSet(rows.length, first.length);
  rows.forEach((row, i) => {
    rowOf(set, i).set(row);
  });
  return set;
}

function vectorOf(line: string, dimension: number | undefined, where: string): Float32Array {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
  const { vector, embedding } = (parsed ?? {}) as { vector?: unknown; embedding?: unknown };
  const values = Array.isArray(parsed) ? parsed : (vector ?? embedding);
  if (!Array.isArray(values) || values.length === 0 || !values.every(Number.isFinite)) {
    throw new Error(`${where}: no array of numbers, bare or under "vector" or "embedding"`);
  }
  if (dimension !== undefined && values.length !== dimension) {
    throw new Error(`${where}: ${values.length} elements, the first line has ${dimension}`);
  }
  return Float32Array.from(values as number[]);
}
