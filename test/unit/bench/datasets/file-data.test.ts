import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterAll, describe, expect, it } from 'vitest';
import { loadFileData, nearestOf } from '../../../../bench/datasets/file-data.js';
import { readHdf5 } from '../../../../bench/datasets/hdf5-file.js';
import { findNearestRows } from '../../../../bench/datasets/nearest-rows.js';
import { rowOf, type VectorSet } from '../../../../bench/datasets/vector-set.js';
import { fvecsOf, ivecsOf } from './write-vectors.js';

const directory = mkdtempSync(join(tmpdir(), 'annulus-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const grid = Array.from({ length: 20 }, (_, i) => [i + 1, i * i]);
const options = { count: 100, queryCount: 5, seed: 1 };

function textsOf(set: VectorSet): string[] {
  return Array.from({ length: set.count }, (_, row) => String(rowOf(set, row)));
}

describe('vectors of a file', () => {
  const path = fileOf('grid.fvecs', fvecsOf(grid));

  it('are dealt out so that each is a document or a query, and the same ones every time', async () => {
    const one = await loadFileData({ ...options, path });
    expect([one.base.count, one.queries.count]).toEqual([15, 5]);
    const all = [...textsOf(one.base), ...textsOf(one.queries)].sort();
    expect(all).toEqual(grid.map(String).sort());
    const again = await loadFileData({ ...options, path });
    expect(textsOf(again.queries)).toEqual(textsOf(one.queries));
    const other = await loadFileData({ ...options, path, seed: 2 });
    expect(textsOf(other.queries)).not.toEqual(textsOf(one.queries));
  });

  it('keep their order beside a file of queries and one of true neighbours', async () => {
    const queriesPath = fileOf(
      'queries.fvecs',
      fvecsOf([
        [1, 0],
        [20, 361],
      ]),
    );
    const truthPath = fileOf(
      'truth.ivecs',
      ivecsOf([
        [0, 1],
        [19, 18],
      ]),
    );
    const data = await loadFileData({ ...options, path, metric: 'l2', queriesPath, truthPath });
    expect(textsOf(data.base)).toEqual(grid.map(String));
    expect(nearestOf(data, 2)).toEqual(findNearestRows(data.base, data.queries, 'l2', 2));
    expect(nearestOf(data, 1)?.rows).toEqual(Uint32Array.from([0, 19]));
    expect(nearestOf(data, 3)).toBeUndefined();
  });

  it('are refused with a reason when they do not belong together', async () => {
    const narrow = fileOf('narrow.fvecs', fvecsOf([[1], [2]]));
    const queriesPath = fileOf(
      'two.fvecs',
      fvecsOf([
        [1, 0],
        [20, 361],
      ]),
    );
    const short = fileOf('short.ivecs', ivecsOf([[0, 1]]));
    const beyond = fileOf(
      'beyond.ivecs',
      ivecsOf([
        [0, 1],
        [2, 20],
      ]),
    );
    const nan = fileOf(
      'nan.fvecs',
      fvecsOf([
        [1, 2],
        [3, Number.NaN],
      ]),
    );
    const wrong: [Partial<Parameters<typeof loadFileData>[0]>, string][] = [
      [{ queryCount: 20 }, 'too few to hold out 20 queries'],
      [{ queriesPath: narrow }, 'documents have 2 dimensions, queries 1'],
      [{ truthPath: short }, 'name the file of these as well'],
      [{ queriesPath, truthPath: short }, 'neighbours of 1 queries, there are 2'],
      [{ queriesPath, truthPath: beyond }, 'names row 20, of 20 documents'],
      [{ queriesPath: nan }, 'query 1 has an element that is NaN'],
      [{ queriesPath: 'queries.txt' }, 'files of vectors end in .fvecs, .npy'],
    ];
    for (const [change, reason] of wrong) {
      await expect(loadFileData({ ...options, path, ...change })).rejects.toThrow(reason);
    }
  });
});

describe('HDF5 of ann-benchmarks', () => {
  const queries = [
    [1, 0],
    [20, 361],
    [7, 30],
  ];
  const neighbors = [
    [0, 1],
    [19, 18],
    [5, 6],
  ];

  async function write(name: string, changes: { trainType?: string; neighbors?: number[][] } = {}) {
    await h5wasm.ready;
    const path = join(directory, name);
    const file = new h5wasm.File(path, 'w');
    const table = (rows: number[][]) => ({ shape: [rows.length, rows[0]?.length ?? 0] });
    const train = changes.trainType ?? '<f4';
    const floats = (rows: number[][], type: string) =>
      type === '<f4' ? Float32Array.from(rows.flat()) : Int32Array.from(rows.flat());
    file.create_dataset({ name: 'train', data: floats(grid, train), ...table(grid), dtype: train });
    const test = { name: 'test', data: floats(queries, '<f4'), ...table(queries), dtype: '<f4' };
    file.create_dataset(test);
    const truth = changes.neighbors ?? neighbors;
    const rows = Int32Array.from(truth.flat());
    file.create_dataset({ name: 'neighbors', data: rows, ...table(truth), dtype: '<i4' });
    file.create_attribute('distance', 'euclidean');
    file.close();
    return path;
  }

  it('gives documents, queries, metric and true neighbours', async () => {
    const path = await write('set.hdf5');
    const data = await loadFileData({ ...options, path });
    expect(data.metric).toBe('l2');
    expect(textsOf(data.base)).toEqual(grid.map(String));
    expect(textsOf(data.queries)).toEqual(queries.map(String));
    expect(nearestOf(data, 2)).toEqual(findNearestRows(data.base, data.queries, 'l2', 2));
  });

  it('leaves out neighbours that may be among the rows not read, and reads only some queries', async () => {
    const path = await write('part.hdf5');
    const part = await readHdf5(path, { rowsMax: 10 });
    expect(part.base.count).toBe(10);
    expect(part.neighbors).toBeUndefined();
    const few = await readHdf5(path, { queriesMax: 2 });
    expect(few.neighbors?.rows).toEqual(Uint32Array.from([0, 1, 19, 18]));
  });

  it('refuses what is damaged, of another kind, or does not fit together', async () => {
    await expect(readHdf5(fileOf('text.hdf5', 'hello'))).rejects.toThrow('is no HDF5 file');
    await expect(readHdf5(join(directory, 'nowhere.hdf5'))).rejects.toThrow('ENOENT');
    const whole = await write('integers.hdf5', { trainType: '<i4' });
    await expect(readHdf5(whole)).rejects.toThrow('taken are floats');
    const beyond = await write('beyond.hdf5', {
      neighbors: [
        [0, 1],
        [19, 20],
        [6, 5],
      ],
    });
    await expect(readHdf5(beyond)).rejects.toThrow('names rows that train does not have');
    const other = new h5wasm.File(join(directory, 'other.hdf5'), 'w');
    other.create_dataset({ name: 'images', data: Float32Array.from([1, 2]) });
    other.close();
    const path = join(directory, 'other.hdf5');
    await expect(readHdf5(path)).rejects.toThrow('has no table train');
  });
});
