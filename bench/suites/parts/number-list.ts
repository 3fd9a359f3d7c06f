import { UsageError } from '../../../src/cli/options.js';
import type { ResolvedOptions } from '../../../src/cli/resolved-options.js';

export interface NumberRange {
  min: number;
  max: number;
  /** Default true. */
  isWhole?: boolean;
}

/** The numbers of an option such as `1,16,64`; a `UsageError` says what is wrong with them. */
export function numberList(
  options: ResolvedOptions,
  name: string,
  { min, max, isWhole = true }: NumberRange,
): number[] {
  const text = options.text(name);
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isAllowed = (value: number) =>
    value >= min && value <= max && (!isWhole || Number.isInteger(value));
  if (numbers.every(isAllowed)) return numbers;
  const kind = isWhole ? 'whole numbers' : 'numbers';
  throw new UsageError(
    `--${name} is ${JSON.stringify(text)}; it must be ${kind} from ${min} to ${max}, ` +
      'with commas between',
  );
}
