/** A table that leaves out what matters least when the terminal is too narrow for all of it. */
import { formatTable } from './output.js';

export interface Column<T> {
  name: string;
  of(row: T): unknown;
  /** The larger, the sooner it is left out; 0, the default: never. */
  spare?: number;
}

/** `width`: of the terminal; undefined: as wide as it gets. */
export function fittedTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  width: number | undefined,
): string {
  let kept = [...columns];
  for (;;) {
    const text = formatTable(
      kept.map(({ name }) => name),
      rows.map((row) => kept.map((column) => column.of(row))),
    );
    const widest = Math.max(...text.split('\n').map((line) => line.length));
    const least = Math.max(...kept.map(({ spare = 0 }) => spare));
    if (width === undefined || widest <= width || least === 0) return text;
    kept = kept.filter(({ spare = 0 }) => spare !== least);
  }
}
