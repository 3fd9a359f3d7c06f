import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readJsonlVectors } from '../../../../bench/datasets/jsonl-vectors.js';
import { readNpy } from '../../../../bench/datasets/npy-file.js';
import { readFvecs, readIvecs } from '../../../../bench/datasets/vecs-file.js';
import type { VectorSet } from '../../../../bench/datasets/vector-set.js';
import { fvecsOf, ivecsOf, npyOf } from './write-vectors.js';

const directory = mkdtempSync(join(tmpdir(), 'annulus-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function rowsOf({ values, dimension, count }: VectorSet): number[][] {
  return Array.from({ length: count }, (_, row) =>
    Array.from(values.subarray(row * dimension, (row + 1) * dimension)),
  );
}

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const table = fc.integer({ min: 1, max: 9 }).chain((width) =>
  fc.array(fc.array(finite, { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 20,
  }),
);

describe('every reader', () => {
  const formats = [
    ['fvecs', (rows: number[][]) => fvecsOf(rows), readFvecs],
    ['npy of float32', (rows: number[][]) => npyOf(rows, '<f4'), readNpy],
    ['npy of float64', (rows: number[][]) => npyOf(rows, '<f8'), readNpy],
    ['npy of version 2', (rows: number[][]) => npyOf(rows, '<f4', { version: 2 }), readNpy],
    [
      'jsonl',
      (rows: number[][]) => rows.map((row) => JSON.stringify(row)).join('\n'),
      readJsonlVectors,
    ],
  ] as const;

  it.each(formats)(
    'reads what was written, all of it or the first rows: %s',
    async (_, write, read) => {
      await fc.assert(
        fc.asyncProperty(table, fc.integer({ min: 1, max: 25 }), async (rows, rowsMax) => {
          // JSON knows no negative zero.
          const plain = rows.map((row) => row.map((value) => (value === 0 ? 0 : value)));
          const path = fileOf('round-trip', write(plain));
          expect(rowsOf(await read(path))).toEqual(plain);
          expect(rowsOf(await read(path, rowsMax))).toEqual(plain.slice(0, rowsMax));
        }),
        { numRuns: 40 },
      );
    },
  );

  it.each(formats)('never takes a truncated file for a whole one: %s', async (_, write, read) => {
    const rows = [
      [1.5, 2.5, 3.5],
      [4.5, 5.5, 6.5],
    ];
    const content = Buffer.from(write(rows));
    for (let length = 0; length < content.length - 1; length += 1) {
      const path = fileOf('truncated', content);
      truncateSync(path, length);
      const read2 = await read(path).then(rowsOf, () => 'refused');
      // A file of rows that ends after a row is whole.
      if (read2 !== 'refused') expect(read2).toEqual(rows.slice(0, 1));
    }
  });

  it.each(formats)('names a file that is not there: %s', async (_, _write, read) => {
    await expect(read(join(directory, 'nowhere'))).rejects.toThrow('nowhere');
  });
});

describe('.fvecs and .ivecs', () => {
  it('refuse rows of different lengths, and say which', async () => {
    const content = Buffer.concat([
      fvecsOf([
        [1, 2],
        [3, 4],
      ]),
      fvecsOf([[1]]),
      Buffer.alloc(4),
    ]);
    await expect(readFvecs(fileOf('uneven', content))).rejects.toThrow('row 2 has 1 elements');
  });

  it('refuse a length that no row has', async () => {
    for (const length of [0, -1, 2_000_000]) {
      const content = Buffer.alloc(8);
      content.writeInt32LE(length);
      await expect(readFvecs(fileOf('odd', content))).rejects.toThrow(`${length} elements`);
    }
  });

  it('keep whole numbers whole', async () => {
    const path = fileOf(
      'neighbors.ivecs',
      ivecsOf([
        [0, 16_777_217],
        [-1, 5],
      ]),
    );
    const { count, width, values } = await readIvecs(path);
    expect([count, width, ...values]).toEqual([2, 2, 0, 16_777_217, -1, 5]);
  });
});

describe('.npy', () => {
  it('refuses other elements, orders and shapes, and says what it takes', async () => {
    const rows = [[1, 2]];
    const wrong: [Uint8Array, string][] = [
      [npyOf(rows, '<f4', { descr: '<i8' }), 'holds <i8; taken are <f4 and <f8'],
      [npyOf(rows, '<f4', { descr: '>f4' }), 'holds >f4'],
      [npyOf(rows, '<f4', { isFortran: true }), 'Fortran order'],
      [npyOf(rows, '<f4', { shape: '(2,)' }), 'not a table of rows'],
      [npyOf(rows, '<f4', { shape: '(0, 2)' }), 'not a table of rows'],
      [npyOf(rows, '<f4', { shape: '(9, 2)' }), 'its header promises'],
      [npyOf(rows, '<f4', { version: 9 }), 'version 9'],
      [Buffer.from('not an array at all'), 'does not begin like'],
    ];
    for (const [content, reason] of wrong) {
      await expect(readNpy(fileOf('wrong.npy', content))).rejects.toThrow(reason);
    }
  });
});

describe('.jsonl', () => {
  it('takes documents with a vector or an embedding, and skips empty lines', async () => {
    const path = fileOf(
      'documents.jsonl',
      '{"id":"a","vector":[1,2]}\n\n{"embedding":[3,4]}\r\n[5,6]',
    );
    expect(rowsOf(await readJsonlVectors(path))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it('names the line that is wrong', async () => {
    const wrong: [string, string][] = [
      ['[1,2]\n[1,', 'line 2: '],
      ['[1,2]\n\n[1]', 'line 3: 1 elements, the first line has 2'],
      ['{"id":"a"}', 'line 1: no array of numbers'],
      ['[1,"2"]', 'line 1: no array of numbers'],
      ['[]', 'line 1: no array of numbers'],
      ['null', 'line 1: no array of numbers'],
      ['\n\n', 'has no vectors'],
    ];
    for (const [content, reason] of wrong) {
      await expect(readJsonlVectors(fileOf('wrong.jsonl', content))).rejects.toThrow(reason);
    }
  });
});
