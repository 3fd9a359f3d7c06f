import { argument, clientOptionSpecs } from '../client-command.js';
import type { CommandSpec } from '../command.js';
import { configOptionSpec } from '../common-options.js';
import { coordinatorOptionSpecs } from '../coordinator-option-table.js';
import { devOptionSpecs, knownConfigKeys, shardOptionSpecs } from '../option-tables.js';
import {
  allowedValues,
  environmentName,
  formatOptionValue,
  type OptionSpec,
  type ResolvedOption,
  UsageError,
} from '../options.js';
import { formatTable, printJson, type Terminal } from '../output.js';
import { resolveOptions } from '../resolved-options.js';

/** Options in force, of each command that has more than one call's worth of them. */
const tables: Readonly<Record<string, readonly OptionSpec[]>> = {
  coordinator: coordinatorOptionSpecs,
  shard: shardOptionSpecs,
  dev: devOptionSpecs,
  client: clientOptionSpecs,
};

const jsonOptionSpec: OptionSpec = {
  name: 'json',
  type: 'flag',
  isFlagOnly: true,
  description: 'Print JSON, also on a terminal.',
};

/** Every table at once, as environment, file and defaults have it. */
export const allConfigCommand: CommandSpec = {
  usage: 'config',
  description: 'The options in force, and where each is from.',
  options: [configOptionSpec, jsonOptionSpec],
  async run({ terminal, options }) {
    const flags = { config: options.all().find(({ spec }) => spec.name === 'config')?.value };
    const inputs = { flags, env: terminal.env, knownKeys: knownConfigKeys, allowMissing: true };
    const commands = Object.entries(tables).map(([name, specs]) => ({
      command: name,
      rows: resolveOptions(specs, inputs)
        .all()
        .filter(({ spec }) => spec.isFlagOnly !== true),
    }));
    if (isTable(terminal, options.flag('json'))) {
      const parts = commands.map(({ command, rows }) => `${command}\n${formatConfig(rows)}`);
      terminal.stdout.write(parts.join('\n'));
    } else {
      printJson(
        terminal,
        commands.map(({ command, rows }) => ({ command, options: rows.map(describeResolved) })),
      );
    }
    return 0;
  },
};

function isTable(terminal: Terminal, isJson: boolean): boolean {
  return terminal.stdout.isTTY === true && !isJson;
}

export const configCommands: readonly CommandSpec[] = Object.entries(tables).map(
  ([name, specs]): CommandSpec => ({
    usage: name,
    description: `The options of ${name === 'client' ? 'client commands' : `annulus ${name}`}.`,
    options: specs.some((spec) => spec.name === 'json') ? specs : [...specs, jsonOptionSpec],
    allowMissing: true,
    async run({ terminal, options }) {
      const rows = options.all().filter(({ spec }) => specs.includes(spec));
      if (isTable(terminal, options.flag('json'))) {
        terminal.stdout.write(formatConfig(rows));
      } else printJson(terminal, { command: name, options: rows.map(describeResolved) });
      return 0;
    },
  }),
);

function describeResolved({ spec, value, source, origin }: ResolvedOption) {
  return {
    name: spec.name,
    value: formatOptionValue(value),
    source,
    origin,
    env: spec.isFlagOnly === true ? null : environmentName(spec),
    unit: spec.unit ?? null,
    default: spec.default ?? null,
    allowed: allowedValues(spec),
    required: spec.isRequired === true,
    description: spec.description,
  };
}

function formatConfig(rows: readonly ResolvedOption[]): string {
  const cells = rows.map(({ spec, value, origin }) => [
    spec.name,
    String(formatOptionValue(value) ?? '(unset)'),
    value === undefined ? '' : origin,
    allowedValues(spec),
  ]);
  return formatTable(['OPTION', 'IN FORCE', 'FROM', 'ALLOWED'], cells);
}

/** The options of one command as a Markdown table, for the documentation. */
export function optionsMarkdown(name: string): string {
  const specs = tables[name];
  if (specs === undefined) throw new UsageError(`there are no options of ${name}`);
  const rows = specs.map((spec) => {
    const flag = spec.type === 'flag' ? '' : ` ${spec.placeholder ?? ''}`.trimEnd();
    const fallback = spec.isRequired === true ? 'required' : (spec.default ?? '');
    const cells = [`\`--${spec.name}${flag}\``, `\`${environmentName(spec)}\``, fallback];
    return `| ${[...cells, allowedValues(spec), spec.description].join(' | ')} |`;
  });
  const header =
    '| option | variable | default | allowed | meaning |\n| --- | --- | --- | --- | --- |';
  return `${[header, ...rows].join('\n')}\n`;
}

export const optionsCommand: CommandSpec = {
  usage: 'markdown <command>',
  description: 'The options of one command as a Markdown table.',
  options: [],
  async run(call) {
    call.terminal.stdout.write(optionsMarkdown(argument(call, 0)));
    return 0;
  },
};
