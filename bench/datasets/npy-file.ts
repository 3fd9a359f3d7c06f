/**
 * `.npy`, as NumPy writes it (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 * a magic number, a version, a header that is a Python dictionary, and the elements. Taken: two
 * dimensions in C order of float32 or float64, little-endian.
 */
import { type BinaryFile, withBinaryFile } from './binary-file.js';
import { createVectorSet, type VectorSet } from './vector-set.js';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const CHUNK_BYTES = 8 << 20;
const HEADER_BYTES_MAX = 1 << 20;

interface Header {
  count: number;
  dimension: number;
  elementBytes: 4 | 8;
  /** Where the elements begin. */
  from: number;
}

/** The first `rowsMax` rows, or all of them. */
export function readNpy(path: string, rowsMax = Number.POSITIVE_INFINITY): Promise<VectorSet> {
  return withBinaryFile(path, (file) => {
    const { count, dimension, elementBytes, from } = headerOf(file);
    const needed = from + count * dimension * elementBytes;
    if (file.byteCount < needed) {
      throw new Error(`${path} has ${file.byteCount} bytes, its header promises ${needed}`);
    }
    const set = createVectorSet(Math.min(rowsMax, count), dimension);
    const chunkElements = CHUNK_BYTES / elementBytes;
    for (let first = 0; first < set.values.length; first += chunkElements) {
      const length = Math.min(chunkElements, set.values.length - first);
      const chunk = file.read(from + first * elementBytes, length * elementBytes);
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let i = 0; i < length; i += 1) {
        set.values[first + i] =
          elementBytes === 4 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true);
      }
    }
    return set;
  });
}

function headerOf(file: BinaryFile): Header {
  const { path } = file;
  if (file.byteCount < 12 || !file.read(0, MAGIC.length).equals(MAGIC)) {
    throw new Error(`${path} does not begin like an .npy file`);
  }
  const major = file.read(6, 1)[0];
  if (major !== 1 && major !== 2 && major !== 3) {
    throw new Error(`${path} is an .npy file of version ${major}; known are 1, 2 and 3`);
  }
  // Version 1 has two bytes for the header's length, later ones four.
  const lengthBytes = major === 1 ? 2 : 4;
  const length = file.read(8, lengthBytes).readUIntLE(0, lengthBytes);
  if (length > HEADER_BYTES_MAX) throw new Error(`${path} has a header of ${length} bytes`);
  const text = file.read(8 + lengthBytes, length).toString('utf8');
  const descr = /'descr':\s*'([^']+)'/.exec(text)?.[1];
  const isFortran = /'fortran_order':\s*True/.test(text);
  const shape = /'shape':\s*\((\d+),\s*(\d+),?\s*\)/.exec(text);
  if (descr !== '<f4' && descr !== '<f8') {
    throw new Error(`${path} holds ${descr ?? 'no plain elements'}; taken are <f4 and <f8`);
  }
  if (isFortran) throw new Error(`${path} is in Fortran order: save it in C order`);
  const [count, dimension] = [Number(shape?.[1]), Number(shape?.[2])];
  if (!(count >= 1 && dimension >= 1)) {
    throw new Error(`${path} is not a table of rows: ${text.trim()}`);
  }
  return {
    count,
    dimension,
    elementBytes: descr === '<f4' ? 4 : 8,
    from: 8 + lengthBytes + length,
  };
}
