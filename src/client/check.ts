/**
 * Checks of what callers pass in. The server checks everything again; here it is about what would
 * never reach it as it was meant, because the encoding would turn it into something else: a negative
 * count into four billion, a string into a number, half a surrogate pair into another character.
 */
import { invalidField } from '../base/errors.js';

const UINT32_MAX = 0xffff_ffff;
const LONE_SURROGATE = /\p{Cs}/u;

export function checkText(field: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidField(field, value, 'a string');
  if (LONE_SURROGATE.test(value)) {
    throw invalidField(field, value, 'well-formed Unicode, without lone surrogates');
  }
  return value;
}

export function checkName(field: string, value: unknown): string {
  const text = checkText(field, value);
  if (text === '') throw invalidField(field, value, 'a string that is not empty');
  return text;
}

export function checkNumber(field: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw invalidField(field, value, `a number from ${min} to ${max}`);
  }
  return value;
}

export function checkFinite(field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalidField(field, value, 'a finite number');
  }
  return value;
}

export function checkInteger(
  field: string,
  value: unknown,
  min: number,
  max: number = UINT32_MAX,
): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw invalidField(field, value, `a whole number from ${min} to ${max}`);
  }
  return value as number;
}

export function checkBoolean(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidField(field, value, 'true or false');
  return value;
}

export function checkArray(field: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidField(field, value, 'an array');
  return value;
}

export function checkObject(field: string, value: unknown): object {
  if (typeof value !== 'object' || value === null) throw invalidField(field, value, 'an object');
  return value;
}

export function checkOneOf<T extends string>(
  field: string,
  value: unknown,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw invalidField(field, value, `one of ${allowed.join(', ')}`);
  return found;
}

/** `check(field, value)` unless the value is absent, and then `fallback`. */
export function optional<T>(
  value: unknown,
  fallback: T,
  check: (field: string, value: unknown) => T,
  field: string,
): T {
  return value === undefined ? fallback : check(field, value);
}
