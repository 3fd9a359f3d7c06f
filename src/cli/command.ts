/** Joins commander, which knows commands and arguments, with the option tables. */
import { Command } from 'commander';
import { knownConfigKeys } from './option-tables.js';
import { allowedValues, environmentName, type OptionSpec, type OptionType } from './options.js';
import type { Terminal } from './output.js';
import { type ResolvedOptions, resolveOptions } from './resolved-options.js';

/** What a command's work gets. */
export interface CommandCall {
  terminal: Terminal;
  options: ResolvedOptions;
  /** By position; absent optional ones are undefined, a list's are an array. */
  args: readonly (string | string[] | undefined)[];
}

export interface CommandSpec {
  /** Name and arguments, as commander writes them: `get <id...>`. */
  usage: string;
  description: string;
  options: readonly OptionSpec[];
  /** Resolves to the exit code. */
  run(call: CommandCall): Promise<number>;
  /** Show what is missing instead of refusing it. */
  allowMissing?: boolean;
}

const PLACEHOLDERS: Record<OptionType, string> = {
  text: 'TEXT',
  integer: 'N',
  number: 'X',
  flag: '',
  address: 'HOST:PORT',
  endpoints: 'HOST:PORT,...',
  addresses: 'HOST:PORT[,...]',
};

export function buildCommand(
  spec: CommandSpec,
  terminal: Terminal,
  setExitCode: (code: number) => void,
): Command {
  const [name = '', ...args] = spec.usage.split(' ');
  const command = new Command(name).description(spec.description);
  for (const argument of args) command.argument(argument);
  for (const option of spec.options) command.option(flagsOf(option), describeOption(option));
  command.action(async (...given: unknown[]) => {
    const flags = flagValues(spec.options, command.opts());
    const { env } = terminal;
    const allowMissing = spec.allowMissing === true;
    const inputs = { flags, env, knownKeys: knownConfigKeys, allowMissing };
    const options = resolveOptions(spec.options, inputs);
    const positional = given.slice(0, args.length) as CommandCall['args'];
    setExitCode(await spec.run({ terminal, options, args: positional }));
  });
  return command;
}

/** As `--help` shows it: `--count <N>`. */
export function flagsOf(spec: OptionSpec): string {
  if (spec.type === 'flag') return `--${spec.name}`;
  return `--${spec.name} <${spec.placeholder ?? PLACEHOLDERS[spec.type]}>`;
}

/** Commander names options in camelCase. */
function flagValues(specs: readonly OptionSpec[], opts: Record<string, unknown>) {
  const camel = (name: string) =>
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(specs.map(({ name }) => [name, opts[camel(name)]]));
}

/** One option's line in `--help`. */
export function describeOption(spec: OptionSpec): string {
  const facts: string[] = [];
  if (spec.isRequired === true) facts.push('required');
  if (spec.type === 'integer' || spec.type === 'number') facts.push(rangeOf(spec));
  if (spec.choices !== undefined) facts.push(allowedValues(spec));
  if (spec.default !== undefined) facts.push(`default ${spec.default}`);
  if (spec.isFlagOnly !== true) facts.push(`env ${environmentName(spec)}`);
  return facts.length === 0 ? spec.description : `${spec.description} (${facts.join('; ')})`;
}

function rangeOf({ min, max, unit }: OptionSpec): string {
  const range = max === undefined ? `at least ${min ?? 0}` : `${min}..${max}`;
  return unit === undefined ? range : `${range} ${unit}`;
}
