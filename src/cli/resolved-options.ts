import { invariant } from '../base/invariant.js';
import { readConfigFile } from './config-file.js';
import {
  type HostAndPort,
  type OptionInputs,
  type OptionSpec,
  type OptionType,
  type OptionValue,
  type ResolvedOption,
  resolveOption,
  UsageError,
} from './options.js';

/** The options of one call, by name, each as the type that its table gives it. */
export class ResolvedOptions {
  readonly #options: ReadonlyMap<string, ResolvedOption>;

  constructor(options: Iterable<ResolvedOption>) {
    this.#options = new Map([...options].map((one) => [one.spec.name, one]));
  }

  all(): ResolvedOption[] {
    return [...this.#options.values()];
  }

  /** True when it was given in any way, and is not merely the default. */
  isGiven(name: string): boolean {
    const { source } = this.#get(name);
    return source !== 'default' && source !== 'unset';
  }

  has(name: string): boolean {
    return this.#get(name).value !== undefined;
  }

  text(name: string): string {
    return this.#value(name, 'text') as string;
  }

  /** Undefined when it is unset. */
  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  integer(name: string): number {
    return this.#value(name, 'integer') as number;
  }

  number(name: string): number {
    return this.#value(name, 'number') as number;
  }

  /** An unset flag is false. */
  flag(name: string): boolean {
    return this.has(name) && (this.#value(name, 'flag') as boolean);
  }

  address(name: string): HostAndPort {
    return this.#value(name, 'address') as HostAndPort;
  }

  addresses(name: string): HostAndPort[] {
    return this.#value(name, 'addresses') as HostAndPort[];
  }

  endpoints(name: string): string[] {
    return this.#value(name, 'endpoints') as string[];
  }

  #get(name: string): ResolvedOption {
    const option = this.#options.get(name);
    invariant(option !== undefined, `there is no option ${name}`);
    return option;
  }

  #value(name: string, type: OptionType): OptionValue {
    const { spec, value } = this.#get(name);
    invariant(spec.type === type, `${name} is not ${type} but ${spec.type}`);
    invariant(value !== undefined, `${name} is unset`);
    return value;
  }
}

export interface ResolveInputs extends Omit<OptionInputs, 'file'> {
  /** Names that a configuration file may have; others in it are mistakes. */
  knownKeys: ReadonlySet<string>;
  /** `annulus config` shows what is missing instead of refusing it. */
  allowMissing?: boolean;
}

/** Reads the file that `--config` names, if the table has that option, and resolves all options. */
export function resolveOptions(
  specs: readonly OptionSpec[],
  inputs: ResolveInputs,
): ResolvedOptions {
  const config = specs.find(({ name }) => name === 'config');
  const path = config === undefined ? undefined : resolveOption(config, inputs).value;
  const file = typeof path === 'string' ? readConfigFile(path, inputs.knownKeys) : undefined;
  const resolved = specs.map((spec) => resolveOption(spec, { ...inputs, file }));
  for (const { spec, value } of resolved) {
    if (value === undefined && spec.isRequired === true && inputs.allowMissing !== true) {
      throw new UsageError(`--${spec.name} is required: ${spec.description}`);
    }
  }
  return new ResolvedOptions(resolved);
}
