import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../shards/store/partition-store.js';
import { decodeRow, encodeRow, RowReader } from '../../../../shards/store/row-codec.js';
import { makeVersion } from '../../../../src/base/version.js';

const DIMENSION = 3;
const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  version: fc.tuple(fc.nat(2 ** 31), fc.nat(0xffff), fc.nat(0xffff)).map((p) => makeVersion(...p)),
  vector: fc.float32Array({ minLength: DIMENSION, maxLength: DIMENSION, noNaN: true }),
  text: fc.uint8Array({ maxLength: 50 }),
  metadata: fc.uint8Array({ maxLength: 50 }),
});

describe('row bytes', () => {
  it('give back the row that was encoded', () => {
    fc.assert(
      fc.property(rowArbitrary, (row) => {
        const decoded = decodeRow(row.seq, DIMENSION, encodeRow(row));
        expect({ ...decoded, text: [...(decoded?.text ?? [])] }).toEqual({
          ...row,
          text: [...row.text],
          metadata: expect.anything(),
        });
        expect([...(decoded?.metadata ?? [])]).toEqual([...row.metadata]);
      }),
    );
  });

  it('are refused when any single bit is flipped', () => {
    fc.assert(
      fc.property(rowArbitrary, fc.nat(), (row, position) => {
        const bytes = encodeRow(row);
        const bit = position % (bytes.byteLength * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(decodeRow(row.seq, DIMENSION, bytes)).toBeUndefined();
      }),
    );
  });

  it('are refused when they are cut short, empty, or longer than they should be', () => {
    fc.assert(
      fc.property(rowArbitrary, fc.nat(), (row, position) => {
        const bytes = encodeRow(row);
        const cut = bytes.subarray(0, position % bytes.byteLength);
        expect(decodeRow(row.seq, DIMENSION, cut)).toBeUndefined();
        const longer = Buffer.concat([bytes, Buffer.alloc(4)]);
        expect(decodeRow(row.seq, DIMENSION, longer)).toBeUndefined();
      }),
    );
  });

  it('are refused as the row of another number, and of another dimension', () => {
    fc.assert(
      fc.property(rowArbitrary, (row) => {
        const bytes = encodeRow(row);
        expect(decodeRow(row.seq - 1, DIMENSION, bytes)).toBeUndefined();
        expect(decodeRow(row.seq, DIMENSION + 30, bytes)).toBeUndefined();
      }),
    );
  });
});

describe('a row reader', () => {
  /** The same memory for one row after another, as LMDB gives it; perhaps where floats cannot lie. */
  const memories = [0, 1, 4].map((offset) => Buffer.alloc(4096 + offset).subarray(offset));

  it('shows of one row after another, in the same memory, what decoding gives', () => {
    const readers = memories.map(() => new RowReader(DIMENSION));
    fc.assert(
      fc.property(rowArbitrary, fc.nat(2), (row, which) => {
        const memory = memories[which] as Buffer;
        const reader = readers[which] as RowReader;
        const bytes = encodeRow(row);
        memory.set(bytes);
        expect(reader.show(row.seq, memory, bytes.byteLength)).toBe(true);
        expect(shown(reader)).toEqual(shown(decodeRow(row.seq, DIMENSION, bytes) as Row));
      }),
    );
  });

  it('refuses what decoding refuses', () => {
    const [memory] = memories as [Buffer];
    const reader = new RowReader(DIMENSION);
    fc.assert(
      fc.property(rowArbitrary, fc.nat(), fc.nat(3), fc.integer(), (row, position, cut, other) => {
        const bytes = encodeRow(row);
        const bit = position % (bytes.byteLength * 8);
        if (cut !== 0) bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        memory.set(bytes);
        const length = cut === 1 ? bit >> 3 : bytes.byteLength;
        const seq = cut === 2 ? Math.abs(other) : row.seq;
        const expected = decodeRow(seq, DIMENSION, bytes.subarray(0, length)) !== undefined;
        expect(reader.show(seq, memory, length)).toBe(expected);
      }),
    );
  });
});

function shown({ seq, id, version, vector, text, metadata }: Row): unknown {
  return { seq, id, version, vector: [...vector], text: [...text], metadata: [...metadata] };
}
