/**
 * `.fvecs` and `.ivecs`, the formats of the SIFT and GIST sets (http://corpus-texmex.irisa.fr): row
 * after row a little-endian int32, the row's length, and that many float32 or int32. Every row says its
 * length again, and all must say the same.
 */
import { type BinaryFile, withBinaryFile } from './binary-file.js';
import { createVectorSet, type VectorSet } from './vector-set.js';

const WORD_BYTES = 4;
const DIMENSION_MAX = 1_000_000;
const CHUNK_BYTES = 8 << 20;

/** The first `rowsMax` rows, or all of them. */
export function readFvecs(path: string, rowsMax = Number.POSITIVE_INFINITY): Promise<VectorSet> {
  return withBinaryFile(path, (file) => {
    const shape = shapeOf(file, rowsMax);
    const set = createVectorSet(shape.count, shape.dimension);
    eachWord(file, shape, (view, offset, at) => {
      set.values[at] = view.getFloat32(offset, true);
    });
    return set;
  });
}

/** Rows of whole numbers, such as the true neighbours of queries. */
export function readIvecs(
  path: string,
  rowsMax = Number.POSITIVE_INFINITY,
): Promise<{ count: number; width: number; values: Int32Array }> {
  return withBinaryFile(path, (file) => {
    const shape = shapeOf(file, rowsMax);
    const values = new Int32Array(shape.count * shape.dimension);
    eachWord(file, shape, (view, offset, at) => {
      values[at] = view.getInt32(offset, true);
    });
    return { count: shape.count, width: shape.dimension, values };
  });
}

interface Shape {
  count: number;
  dimension: number;
}

function shapeOf(file: BinaryFile, rowsMax: number): Shape {
  if (file.byteCount === 0) throw new Error(`${file.path} is empty`);
  const dimension = file.read(0, WORD_BYTES).readInt32LE(0);
  if (dimension < 1 || dimension > DIMENSION_MAX) {
    throw new Error(`${file.path}: its first row has ${dimension} elements: not such a file`);
  }
  const rowBytes = WORD_BYTES * (1 + dimension);
  if (file.byteCount % rowBytes !== 0) {
    throw new Error(
      `${file.path} has ${file.byteCount} bytes, no whole number of rows of ${rowBytes} bytes: ` +
        'it is truncated, or of another kind',
    );
  }
  return { count: Math.min(rowsMax, file.byteCount / rowBytes), dimension };
}

function eachWord(
  file: BinaryFile,
  { count, dimension }: Shape,
  take: (view: DataView, offset: number, at: number) => void,
): void {
  const rowBytes = WORD_BYTES * (1 + dimension);
  const chunkRows = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  for (let first = 0; first < count; first += chunkRows) {
    const rows = Math.min(chunkRows, count - first);
    const chunk = file.read(first * rowBytes, rows * rowBytes);
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let row = 0; row < rows; row += 1) {
      const from = row * rowBytes;
      const length = view.getInt32(from, true);
      if (length !== dimension) {
        throw new Error(
          `${file.path}: row ${first + row} has ${length} elements, the first has ${dimension}`,
        );
      }
      for (let i = 0; i < dimension; i += 1) {
        take(view, from + WORD_BYTES * (1 + i), (first + row) * dimension + i);
      }
    }
  }
}
