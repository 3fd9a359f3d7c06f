import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadGroundTruth } from '../../../bench/datasets/ground-truth.js';
import { findNearestRows } from '../../../bench/datasets/nearest-rows.js';
import { createVectorSet, rowOf, type VectorSet } from '../../../bench/datasets/vector-set.js';
import { distanceFunctions, type Metric } from '../../../src/base/metric.js';

const METRICS: readonly Metric[] = ['cosine', 'dot', 'l2'];

function setOf(rows: readonly (readonly number[])[]): VectorSet {
  const set = createVectorSet(rows.length, 3);
  rows.forEach((row, i) => {
    rowOf(set, i).set(row);
  });
  return set;
}

// Few values: many ties, rows of zeros, and a fraction that float32 has to round.
const element = fc.constantFrom(-1, 0, 0.3, 1, 2);
const row = fc.array(element, { minLength: 3, maxLength: 3 });
const rows = fc.array(row, { minLength: 1, maxLength: 30 });

describe('findNearestRows', () => {
  it.each(METRICS)(
    'equals a full sort by the distances of the base module and row number, for %s',
    (metric) => {
      fc.assert(
        fc.property(rows, rows, fc.nat(), (base, queries, number) => {
          const k = 1 + (number % base.length);
          const distanceOf = distanceFunctions[metric];
          const expected = queries.flatMap((query) =>
            base
              .map((candidate, i) => ({
                i,
                distance: distanceOf(Float32Array.from(candidate), Float32Array.from(query)),
              }))
              .sort((a, b) => a.distance - b.distance || a.i - b.i)
              .slice(0, k),
          );
          const found = findNearestRows(setOf(base), setOf(queries), metric, k);
          expect([...found.rows]).toEqual(expected.map(({ i }) => i));
          expect([...found.distances]).toEqual(expected.map(({ distance }) => distance));
        }),
      );
    },
  );

  it('answers a range of the queries as the whole would', () => {
    const base = setOf([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const whole = findNearestRows(base, base, 'l2', 2);
    expect(findNearestRows(base, base, 'l2', 2, 1, 3).rows).toEqual(whole.rows.slice(2));
  });
});

describe('loadGroundTruth', () => {
  const base = setOf([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
  ]);
  const queries = setOf([
    [1, 0.1, 0],
    [0, 0, 3],
  ]);
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'truth-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('reads back from its cache what it computed', async () => {
    const options = { name: 'tiny', base, queries, metric: 'cosine', k: 2, directory } as const;
    const computed = await loadGroundTruth(options);
    expect([...computed.rows]).toEqual([0, 3, 2, 0]);
    expect(await loadGroundTruth(options)).toEqual(computed);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('computes again when the contents, the metric or k differ', async () => {
    const options = { name: 'tiny', base, queries, metric: 'cosine', k: 2, directory } as const;
    await loadGroundTruth(options);
    await loadGroundTruth({ ...options, k: 3 });
    await loadGroundTruth({ ...options, metric: 'l2' });
    await loadGroundTruth({
      ...options,
      base: setOf([
        [9, 9, 9],
        [1, 2, 3],
      ]),
    });
    expect(readdirSync(directory)).toHaveLength(4);
  });

  it('computes again when its file is damaged', async () => {
    const options = { name: 'tiny', base, queries, metric: 'dot', k: 4, directory } as const;
    const computed = await loadGroundTruth(options);
    const path = join(directory, readdirSync(directory)[0] as string);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    writeFileSync(path, bytes);
    expect(await loadGroundTruth(options)).toEqual(computed);
  });

  it('refuses a k that the base set cannot fill', async () => {
    const options = { name: 'tiny', base, queries, metric: 'dot', directory } as const;
    await expect(loadGroundTruth({ ...options, k: 5 })).rejects.toThrow(/k is 5, allowed are 1..4/);
    await expect(loadGroundTruth({ ...options, k: 0 })).rejects.toThrow(/k is 0/);
  });
});
