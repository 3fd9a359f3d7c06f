/**
 * Options as one table: what each is called, where it may come from, what it may be. The order is
 * flag, environment variable, configuration file, default. Parsing, `--help`, `annulus config` and
 * the documentation all come from the same entries.
 */

/** A mistake in how a command was called; it ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface HostAndPort {
  host: string;
  port: number;
}

export type OptionType =
  | 'text'
  | 'integer'
  | 'number'
  | 'flag'
  | 'address'
  | 'addresses'
  | 'endpoints';
export type OptionValue = string | number | boolean | HostAndPort | HostAndPort[] | string[];

export interface OptionSpec {
  /** As a flag, without the dashes, and as a key of the file: `node-id`. */
  name: string;
  type: OptionType;
  description: string;
  /** As it would be written on the command line. Absent: the option may be unset. */
  default?: string;
  /** Such as `ms` or `bytes`. */
  unit?: string;
  /** Range of numbers; of ports for addresses (default 0..65535); of lengths for text. */
  min?: number;
  max?: number;
  choices?: readonly string[];
  isRequired?: boolean;
  /** What the value stands for in `--help`; default: by type. */
  placeholder?: string;
  /** Only a flag: neither variable nor key, because it belongs to one call. */
  isFlagOnly?: boolean;
}

export type OptionSource = 'flag' | 'environment' | 'file' | 'default' | 'unset';

export interface ResolvedOption {
  spec: OptionSpec;
  /** Undefined when unset. */
  value: OptionValue | undefined;
  source: OptionSource;
  /** For people: `--listen`, `ANNULUS_LISTEN`, `annulus.yaml`. */
  origin: string;
}

export interface OptionInputs {
  /** By name; true for a flag without a value. */
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  file?: { path: string; values: ReadonlyMap<string, unknown> } | undefined;
}

export function environmentName(spec: OptionSpec): string {
  return `ANNULUS_${spec.name.toUpperCase().replaceAll('-', '_')}`;
}

/** Throws a `UsageError` that names the option, its value, where it is from and what is allowed. */
export function resolveOption(spec: OptionSpec, inputs: OptionInputs): ResolvedOption {
  const flag = inputs.flags[spec.name];
  if (flag !== undefined) return found(spec, flag, 'flag', `--${spec.name}`);
  if (spec.isFlagOnly !== true) {
    const variable = environmentName(spec);
    const text = inputs.env[variable];
    if (text !== undefined && text !== '') return found(spec, text, 'environment', variable);
    const { file } = inputs;
    const value = file?.values.get(spec.name);
    if (file !== undefined && value !== undefined && value !== null) {
      return found(spec, value, 'file', file.path);
    }
  }
  if (spec.default !== undefined) return found(spec, spec.default, 'default', 'the default');
  return { spec, value: undefined, source: 'unset', origin: 'nowhere' };
}

function found(spec: OptionSpec, raw: unknown, source: OptionSource, origin: string) {
  const value = parseOption(spec, raw);
  if (value !== undefined) return { spec, value, source, origin };
  const shown = typeof raw === 'string' ? JSON.stringify(raw) : String(raw);
  throw new UsageError(
    `--${spec.name} is ${shown} (from ${origin}); it must be ${allowedValues(spec)}`,
  );
}

/** Undefined when it is not allowed. */
function parseOption(spec: OptionSpec, raw: unknown): OptionValue | undefined {
  switch (spec.type) {
    case 'flag':
      return parseFlag(raw);
    case 'integer':
    case 'number':
      return parseNumber(spec, raw);
    case 'text':
      return parseText(spec, raw);
    case 'address':
      return parseAddress(spec, raw);
    case 'addresses':
      return parseAddresses(spec, raw);
    case 'endpoints':
      return parseEndpoints(spec, raw);
  }
}

function parseFlag(raw: unknown): boolean | undefined {
  if (raw === true || raw === 'true' || raw === '1') return true;
  return raw === false || raw === 'false' || raw === '0' ? false : undefined;
}

const DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

function parseNumber(spec: OptionSpec, raw: unknown): number | undefined {
  if (typeof raw !== 'number' && !(typeof raw === 'string' && DECIMAL.test(raw))) return undefined;
  const value = Number(raw);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  if (!Number.isFinite(value) || value < min || value > max) return undefined;
  return spec.type === 'integer' && !Number.isInteger(value) ? undefined : value;
}

function parseText(spec: OptionSpec, raw: unknown): string | undefined {
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text !== 'string') return undefined;
  if (spec.choices !== undefined && !spec.choices.includes(text)) return undefined;
  const { min = 1, max = 4096 } = spec;
  return text.length >= min && text.length <= max ? text : undefined;
}

const HOST_AND_PORT = /^(\[[0-9a-fA-F:.%]+\]|[^\s:,/]+):(\d{1,5})$/;

function parseAddress(spec: OptionSpec, raw: unknown): HostAndPort | undefined {
  const match = typeof raw === 'string' ? HOST_AND_PORT.exec(raw) : null;
  if (match === null) return undefined;
  const port = Number(match[2]);
  const { min = 0, max = 65_535 } = spec;
  return port >= min && port <= max ? { host: match[1] as string, port } : undefined;
}

function parseAddresses(spec: OptionSpec, raw: unknown): HostAndPort[] | undefined {
  const texts: unknown[] = typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : [];
  const addresses = texts.map((text) => parseAddress(spec, text));
  return texts.length > 0 && addresses.every((one) => one !== undefined) ? addresses : undefined;
}

const ENDPOINT = /^(https?:\/\/)?(.+)$/;

/** `HOST:PORT`, all of them with `http://` or `https://` before it, or all without. */
function parseEndpoints(spec: OptionSpec, raw: unknown): string[] | undefined {
  const texts: unknown[] = typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : [];
  const schemes = new Set<string>();
  for (const text of texts) {
    const match = typeof text === 'string' ? ENDPOINT.exec(text) : null;
    if (parseAddress(spec, match?.[2]) === undefined) return undefined;
    schemes.add(match?.[1] ?? '');
  }
  return schemes.size === 1 ? (texts as string[]) : undefined;
}

/** What an option may be, as errors and `--help` say it. */
export function allowedValues(spec: OptionSpec): string {
  if (spec.choices !== undefined) return `one of ${spec.choices.join(', ')}`;
  switch (spec.type) {
    case 'flag':
      return 'true or false';
    case 'integer':
    case 'number': {
      const unit = spec.unit === undefined ? '' : ` ${spec.unit}`;
      const kind = spec.type === 'integer' ? 'a whole number' : 'a number';
      const { min, max } = spec;
      if (min === undefined && max === undefined) return kind + unit;
      if (max === undefined) return `${kind} of at least ${min}${unit}`;
      return `${kind} from ${min} to ${max}${unit}`;
    }
    case 'text':
      return `text of ${spec.min ?? 1} to ${spec.max ?? 4096} characters`;
    case 'address':
      return `HOST:PORT with a port from ${spec.min ?? 0} to ${spec.max ?? 65_535}`;
    case 'addresses':
      return `one or more HOST:PORT, with commas between`;
    case 'endpoints':
      return 'one or more HOST:PORT, with commas between, all with http:// or https:// or none';
  }
}

/** An address as it is written; the inverse of parsing. */
export function formatAddress({ host, port }: HostAndPort): string {
  return `${host}:${port}`;
}

export function formatOptionValue(
  value: OptionValue | undefined,
): string | number | boolean | null {
  if (value === undefined) return null;
  if (Array.isArray(value)) {
    return value.map((one) => (typeof one === 'string' ? one : formatAddress(one))).join(',');
  }
  return typeof value === 'object' ? formatAddress(value) : value;
}
