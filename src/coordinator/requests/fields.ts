/** Checks of single fields. Each throws an `INVALID_ARGUMENT` that names field, value and limit. */
import { invalidField } from '../../base/errors.js';

const COLLECTION_NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const ADDRESS = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})$/;

export function checkCollectionName(field: string, name: string): string {
  if (!COLLECTION_NAME.test(name)) {
    throw invalidField(
      field,
      name,
      'a lower-case letter followed by at most 62 lower-case letters, digits, _ and -',
    );
  }
  return name;
}

export function checkNodeId(field: string, id: string): string {
  if (!NODE_ID.test(id)) {
    throw invalidField(
      field,
      id,
      'a letter or digit followed by at most 62 letters, digits, dots, _ and -',
    );
  }
  return id;
}

export function checkAddress(field: string, address: string): string {
  const port = Number(ADDRESS.exec(address)?.[2] ?? 0);
  if (port < 1 || port > 65_535) {
    throw invalidField(field, address, 'HOST:PORT with a port of 1..65535');
  }
  return address;
}

/** A whole number within bounds; `zeroMeans`, when given, replaces 0. */
export function checkCount(
  field: string,
  value: number,
  min: number,
  max: number,
  zeroMeans?: number,
): number {
  if (value === 0 && zeroMeans !== undefined) return zeroMeans;
  if (!Number.isInteger(value) || value < min || value > max) {
    const orZero = zeroMeans === undefined ? '' : ' (0 means the default)';
    throw invalidField(field, value, `a whole number, ${min}..${max}${orZero}`);
  }
  return value;
}

/** UTF-8 byte length within bounds. */
export function checkText(field: string, text: string, bytesMin: number, bytesMax: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes < bytesMin || bytes > bytesMax) {
    throw invalidField(field, text, `${bytesMin}..${bytesMax} bytes of UTF-8, and has ${bytes}`);
  }
  return text;
}

/** A document id: not empty, not too long, and text that survives UTF-8 unchanged. */
export function checkDocumentId(field: string, id: string, bytesMax: number): string {
  checkText(field, id, 1, bytesMax);
  if (!id.isWellFormed()) throw invalidField(field, id, 'well-formed Unicode');
  return id;
}

/** Rejects enum values that this version does not know: they arrive as bare numbers. */
export function checkEnum<T extends string>(
  field: string,
  value: string | number,
  known: Readonly<Record<string, T>>,
): T {
  const meaning =
    typeof value === 'string' && Object.hasOwn(known, value) ? known[value] : undefined;
  if (meaning === undefined) throw invalidField(field, value, Object.keys(known).join(', '));
  return meaning;
}
