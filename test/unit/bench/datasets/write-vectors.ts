/** Writers of the formats that the benchmarks read, straight from their descriptions. */

export function fvecsOf(rows: readonly (readonly number[])[]): Buffer {
  return rowsWithLengths(rows, (buffer, value, at) => {
    buffer.writeFloatLE(value, at);
  });
}

export function ivecsOf(rows: readonly (readonly number[])[]): Buffer {
  return rowsWithLengths(rows, (buffer, value, at) => {
    buffer.writeInt32LE(value, at);
  });
}

function rowsWithLengths(
  rows: readonly (readonly number[])[],
  write: (buffer: Buffer, value: number, at: number) => void,
): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const buffer = Buffer.alloc(4 * (1 + row.length));
      buffer.writeInt32LE(row.length);
      row.forEach((value, i) => {
        write(buffer, value, 4 * (1 + i));
      });
      return buffer;
    }),
  );
}

export interface NpyChanges {
  version?: number;
  /** What the header says instead. */
  descr?: string;
  shape?: string;
  isFortran?: boolean;
}

export function npyOf(
  rows: readonly (readonly number[])[],
  type: '<f4' | '<f8',
  { version = 1, descr = type, shape, isFortran = false }: NpyChanges = {},
): Buffer {
  const shapeText = shape ?? `(${rows.length}, ${rows[0]?.length ?? 0})`;
  const order = isFortran ? 'True' : 'False';
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shapeText}, }\n`;
  const lengthBytes = version === 1 ? 2 : 4;
  const start = Buffer.alloc(8 + lengthBytes);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  start.writeUIntLE(header.length, 8, lengthBytes);
  const values = rows.flat();
  const bytes = type === '<f4' ? 4 : 8;
  const body = Buffer.alloc(values.length * bytes);
  values.forEach((value, i) => {
    if (bytes === 4) body.writeFloatLE(value, i * 4);
    else body.writeDoubleLE(value, i * 8);
  });
  return Buffer.concat([start, Buffer.from(header), body]);
}
