/** The whole command line: `annulus COMMAND`. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { buildCommand, type CommandSpec } from './command.js';
import { runBench } from './commands/bench.js';
import { statusCommand, topologyCommand } from './commands/cluster.js';
import { collectionCommands } from './commands/collection.js';
import { allConfigCommand, configCommands, optionsCommand } from './commands/config.js';
import { coordinatorCommand } from './commands/coordinator.js';
import { devCommand } from './commands/dev.js';
import { countCommand, deleteCommand, getCommand } from './commands/documents.js';
import { moveCommands } from './commands/moves.js';
import { nodeCommands } from './commands/node.js';
import { searchCommand } from './commands/search.js';
import { shardCommand } from './commands/shard.js';
import { topologyBackupCommands } from './commands/topology-backup.js';
import { upsertCommand } from './commands/upsert.js';
import { UsageError } from './options.js';
import { errorLine, type Terminal } from './output.js';
import { CHILD_VARIABLE } from './server-process.js';

const USAGE_EXIT_CODE = 2;

const commands: readonly CommandSpec[] = [
  devCommand,
  coordinatorCommand,
  shardCommand,
  upsertCommand,
  searchCommand,
  getCommand,
  deleteCommand,
  countCommand,
  statusCommand,
];

interface CommandGroup {
  name: string;
  description: string;
  commands: readonly CommandSpec[];
  /** What the group's name does without a command; help by default. */
  itself?: CommandSpec;
}

const groups: readonly CommandGroup[] = [
  {
    name: 'topology',
    description: topologyCommand.description,
    commands: topologyBackupCommands,
    itself: topologyCommand,
  },
  { name: 'node', description: 'Shard nodes.', commands: nodeCommands },
  {
    name: 'moves',
    description: 'Replicas on their way from node to node.',
    commands: moveCommands,
  },
  { name: 'collection', description: 'Collections.', commands: collectionCommands },
  {
    name: 'config',
    description: 'The options in force, and where each is from.',
    commands: [...configCommands, optionsCommand],
    itself: allConfigCommand,
  },
];

/** Runs one command line (without node and program); resolves to the exit code. Never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    // A child of `annulus dev` has told its parent, which says it.
    const isChild = terminal.env[CHILD_VARIABLE] !== undefined;
    if (!isChild) terminal.stderr.write(`annulus: ${errorLine(error)}\n`);
    return error instanceof UsageError ? USAGE_EXIT_CODE : 1;
  }
}

/** Every command, for running and for looking at. */
export function buildProgram(terminal: Terminal, setExitCode: (code: number) => void): Command {
  const program = new Command('annulus')
    .description('Sharded, replicated vector search behind one gRPC endpoint.')
    .version(packageVersion())
    .enablePositionalOptions();
  for (const spec of commands) program.addCommand(buildCommand(spec, terminal, setExitCode));
  for (const group of groups) {
    const parent =
      group.itself === undefined
        ? new Command(group.name).description(group.description)
        : buildCommand(group.itself, terminal, setExitCode);
    // Options after the name of a command are that command's, whatever its group takes.
    parent.enablePositionalOptions();
    for (const spec of group.commands) {
      parent.addCommand(buildCommand(spec, terminal, setExitCode));
    }
    program.addCommand(parent);
  }
  program.addCommand(benchCommand(setExitCode));
  configure(program, terminal);
  return program;
}

function benchCommand(setExitCode: (code: number) => void): Command {
  const command = new Command('bench');
  return command
    .description('Benchmarks; all arguments are passed on.')
    .argument('[args...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => setExitCode(await runBench(args)));
}

/** Errors as exceptions and output to the terminal given, for every command of the tree. */
function configure(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void terminal.stdout.write(text),
    writeErr: (text) => void terminal.stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'annulus: ')),
  });
  for (const child of command.commands) configure(child, terminal);
}

/** Beside `src` in a checkout, beside `dist` when built. */
function packageVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return String((JSON.parse(text) as { version: unknown }).version);
    } catch {}
  }
  return 'unknown';
}
