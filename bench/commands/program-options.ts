/**
 * Options of the programs that are run by themselves, as one table each, like those of `annulus`:
 * `--help` prints it, and a mistake is one line that names the option, its value and what is allowed.
 */
import { parseArgs } from 'node:util';
import { flagOnly } from '../../src/cli/client-command.js';
import { describeOption, flagsOf } from '../../src/cli/command.js';
import { type OptionSpec, UsageError } from '../../src/cli/options.js';
import { type ResolvedOptions, resolveOptions } from '../../src/cli/resolved-options.js';

const USAGE_EXIT_CODE = 2;

export const jsonOption: OptionSpec = flagOnly({
  name: 'json',
  type: 'text',
  placeholder: 'FILE',
  description: 'Write the results there, too.',
});

/** Of the process's own command line. Ends the process after `--help`, and after a mistake. */
export function programOptions(command: string, specs: readonly OptionSpec[]): ResolvedOptions {
  try {
    const options = parseProgramOptions(process.argv.slice(2), specs);
    if (options !== 'help') return options;
    console.log(helpOf(command, specs));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    endWithUsageError(error.message);
  }
}

/** For what a table cannot say, such as a profile that is not there. */
export function endWithUsageError(message: string): never {
  console.error(`${message} (--help lists the options)`);
  process.exit(USAGE_EXIT_CODE);
}

/** Throws a `UsageError`. */
export function parseProgramOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
): ResolvedOptions | 'help' {
  const types = specs.map(({ name, type }) => {
    return [name, { type: type === 'flag' ? 'boolean' : 'string' }] as const;
  });
  const flags = flagsIn(args, Object.fromEntries([...types, ['help', { type: 'boolean' }]]));
  if (flags.help === true) return 'help';
  return resolveOptions(specs, { flags, env: {}, knownKeys: new Set() });
}

function flagsIn(
  args: readonly string[],
  options: Record<string, { type: 'boolean' | 'string' }>,
): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function helpOf(command: string, specs: readonly OptionSpec[]): string {
  const width = Math.max(...specs.map((spec) => flagsOf(spec).length));
  const lines = specs.map((spec) => `  ${flagsOf(spec).padEnd(width)}  ${describeOption(spec)}`);
  return [`usage: ${command} [options]`, ...lines].join('\n');
}
