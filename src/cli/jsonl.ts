/**
 * Documents as JSON lines: `{"id": "a", "vector": [0.1, ...], "text": "...", "metadata": {...}}`. A
 * line that is no document is reported with its number and passed over; what a document may hold is
 * checked where documents are sent.
 */
import type { DocumentInput } from '../client/types.js';

/** Longest line that is read. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024;

export interface Line {
  /** From 1. */
  number: number;
  /** Undefined: the line is longer than allowed. */
  bytes: Buffer | undefined;
}

/** Cuts chunks into lines, without their ends, never holding more than one line. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  lineBytesMax: number = LINE_BYTES_MAX,
): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  const take = (): Line => {
    const bytes = length > lineBytesMax ? undefined : Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return { number: number++, bytes };
  };
  const keep = (part: Buffer) => {
    length += part.byteLength;
    if (length > lineBytesMax) parts = [];
    else parts.push(part);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      keep(chunk.subarray(start, end));
      start = end + 1;
      yield take();
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

export type ParsedLine =
  | { kind: 'document'; document: DocumentInput }
  | { kind: 'blank' }
  | { kind: 'bad'; message: string };

const KEYS: ReadonlySet<string> = new Set(['id', 'vector', 'text', 'metadata']);

export function parseLine(line: Line): ParsedLine {
  if (line.bytes === undefined) return bad(`longer than ${LINE_BYTES_MAX} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(line.bytes).trim();
  } catch {
    return bad('not valid UTF-8');
  }
  if (text === '') return { kind: 'blank' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return bad(`not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return bad('not a JSON object');
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.has(key)) return bad(`unknown key ${JSON.stringify(key)}`);
  }
  return { kind: 'document', document: value as DocumentInput };
}

function bad(message: string): ParsedLine {
  return { kind: 'bad', message };
}
