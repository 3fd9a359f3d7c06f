/**
 * Reads the rows that are in an LMDB environment. What is not what was written is never returned: it
 * throws a `corrupt` {@link StoreError}. Which of the rows may be shown is the store's to know.
 */
import { FLOAT_BYTES } from '../../src/wire/vector-codec.js';
import * as layout from './key-layout.js';
import { type LmdbEnvironment, readingOf } from './lmdb-environment.js';
import { damaged, type Row } from './partition-store.js';
import { decodeRow, ROW_HEADER_BYTES, RowReader } from './row-codec.js';

/** Entries that are read at once, in one read transaction. */
const SLICE_ROWS_MAX = 64;
const SLICE_BYTES = 256 * 1024;

export interface StoredEntry {
  key: Uint8Array;
  value: Uint8Array;
}

export class LmdbRows {
  readonly #rows: LmdbEnvironment['rows'];
  readonly #directory: string;
  readonly #dimension: number;
  readonly #reader: RowReader;
  readonly #key = layout.encodeSeq(0);

  constructor({ rows }: LmdbEnvironment, directory: string, dimension: number) {
    this.#rows = rows;
    this.#directory = directory;
    this.#dimension = dimension;
    this.#reader = new RowReader(dimension);
  }

  get(seq: number): Row | undefined {
    const value = readingOf(this.#directory, 'a row', () =>
      this.#rows.getBinary(layout.encodeSeq(seq)),
    );
    return value === undefined ? undefined : this.#decode(seq, value);
  }

  /** Calls `read` with the row, if there is one; what it is shown lasts until the next read. */
  read(seq: number, read: (row: Row) => void): void {
    layout.writeSeq(this.#key, seq);
    // LMDB's own memory, for one value after another; its `length` is the value's.
    const bytes = readingOf(this.#directory, 'a row', () => this.#rows.getBinaryFast(this.#key));
    if (bytes === undefined) return;
    if (!this.#reader.show(seq, bytes, bytes.length)) throw damaged(`row ${seq}`);
    read(this.#reader);
  }

  /**
   * Some rows above `afterSeq`, up to `lastSeq`, in their order, without the `hidden` ones.
   * `throughSeq` is where to go on; undefined when there are no more.
   */
  slice(
    afterSeq: number,
    lastSeq: number,
    hidden: ReadonlySet<number>,
  ): { rows: Row[]; throughSeq: number | undefined } {
    const rows: Row[] = [];
    let throughSeq: number | undefined;
    for (const { key, value } of this.sliceOf(this.#rows, layout.encodeSeq(afterSeq))) {
      throughSeq = layout.decodeSeq(key);
      if (throughSeq === undefined) throw damaged('a row without a number');
      if (throughSeq > lastSeq) break;
      if (!hidden.has(throughSeq)) rows.push(this.#decode(throughSeq, value));
    }
    return { rows, throughSeq };
  }

  /** Some entries of any database after a key; as many as rows that are read at once. */
  sliceOf(database: LmdbEnvironment['rows'], after: Uint8Array | undefined): StoredEntry[] {
    const rowBytes = ROW_HEADER_BYTES + this.#dimension * FLOAT_BYTES;
    const limit = Math.max(1, Math.min(SLICE_ROWS_MAX, Math.floor(SLICE_BYTES / rowBytes)));
    const start = after ?? Buffer.of(0);
    return readingOf(this.#directory, 'a slice', () =>
      Array.from(database.getRange({ start, limit, exclusiveStart: after !== undefined })),
    );
  }

  #decode(seq: number, value: Uint8Array): Row {
    const row = decodeRow(seq, this.#dimension, value);
    if (row === undefined) throw damaged(`row ${seq}`);
    return row;
  }
}
