/** What commands print: JSON with the names of the protos, tables for people, one line for errors. */
import { AnnulusError } from '../base/errors.js';

/** Where a command reads and writes; tests give their own. */
export interface Terminal {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  stdin: AsyncIterable<Buffer>;
  env: Readonly<Record<string, string | undefined>>;
}

/** One JSON document: indented on a terminal, on one line otherwise. */
export function printJson(terminal: Terminal, value: unknown): void {
  const indent = terminal.stdout.isTTY === true ? 2 : 0;
  terminal.stdout.write(`${JSON.stringify(toJsonValue(value), null, indent)}\n`);
}

/** One JSON object on one line, whatever stdout is. */
export function printJsonLine(terminal: Terminal, value: unknown): void {
  terminal.stdout.write(`${JSON.stringify(toJsonValue(value))}\n`);
}

/**
 * Names in snake_case, as in the protos, but for the keys of metadata, which are the user's; versions
 * as strings, since JSON's numbers are too small for them; vectors as plain arrays.
 */
export function toJsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Float32Array) return Array.from(value, shortestFloat);
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (value instanceof AnnulusError) return errorFields(value);
  if (typeof value !== 'object' || value === null) return value;
  const named = Object.entries(value).map(([key, inner]) => [
    snakeCase(key),
    key === 'metadata' ? inner : toJsonValue(inner),
  ]);
  return Object.fromEntries(named);
}

function errorFields(error: AnnulusError) {
  const { code, reason, message } = error;
  return { code, reason, message };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The shortest decimal that is the same 32-bit float: 0.1 rather than 0.10000000149011612. */
export function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

/** Columns as wide as their widest cell; numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly unknown[])[]) {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? '-')));
  const widths = header.map((name, i) =>
    Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const isNumeric = header.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return isNumeric[i] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(header), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

/** Any failure as one line. */
export function errorLine(error: unknown): string {
  if (error instanceof AnnulusError) {
    return oneLine(`${error.message} [${error.code} ${error.reason}]`);
  }
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ').trim();
}
