/** The command line of the benchmarks: one command per entry of the registry, and comparison. */
import { Command, CommanderError } from 'commander';
import { buildCommand } from '../src/cli/command.js';
import { UsageError } from '../src/cli/options.js';
import { errorLine, type Terminal } from '../src/cli/output.js';
import { compareCommand } from './commands/compare-command.js';
import { reportCommand } from './commands/report-command.js';
import { clusterOptions, commonOptions, runningClusterOption } from './suites/common-options.js';
import { type Entry, entries } from './suites/registry.js';
import type { Suite } from './suites/suite.js';
import { runSuite } from './suites/suite-runner.js';

const USAGE_EXIT_CODE = 2;

/** Runs one command line, without node and program; resolves to the exit code. Never rejects. */
export async function runBench(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name] = args;
  const entry = entries.find((one) => one.name === name);
  try {
    if (entry?.kind === 'program') return await runProgram(entry.module);
    return await runCommand(args, terminal);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    terminal.stderr.write(`annulus bench: ${errorLine(error)}\n`);
    return error instanceof UsageError ? USAGE_EXIT_CODE : 1;
  }
}

/** A script that reads its own arguments, from where they are when it is run by itself. */
async function runProgram(module: string): Promise<number> {
  process.argv.splice(2, 1);
  await import(new URL(`./${module}.js`, import.meta.url).href);
  return Number(process.exitCode ?? 0);
}

async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = new Command('bench').description('Benchmarks of Annulus.');
  const suites = await Promise.all(entries.map(async (entry) => commandOf(entry, terminal)));
  for (const command of suites) program.addCommand(command);
  for (const spec of [compareCommand, reportCommand]) {
    program.addCommand(
      buildCommand(spec, terminal, (code) => {
        exitCode = code;
      }),
    );
  }
  configure(program, terminal);
  if (args.length === 0) program.help({ error: true });
  await program.parseAsync(args, { from: 'user' });
  return exitCode;

  async function commandOf(entry: Entry, where: Terminal): Promise<Command> {
    if (entry.kind === 'program') return new Command(entry.name).description(entry.summary);
    const suite = await entry.load();
    const spec = {
      usage: suite.name,
      description: suite.summary,
      options: optionsOf(suite),
      run: (call: Parameters<typeof runSuite>[1]) => runSuite(suite, call),
    };
    return buildCommand(spec, where, (code) => {
      exitCode = code;
    });
  }
}

/** A suite's own option replaces a common one of the same name. */
function optionsOf(suite: Suite) {
  const running = suite.takesRunningCluster ? [runningClusterOption] : [];
  const own = new Set(suite.options.map(({ name }) => name));
  const common = [...running, ...commonOptions, ...clusterOptions];
  return [...suite.options, ...common.filter(({ name }) => !own.has(name))];
}

function configure(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void terminal.stdout.write(text),
    writeErr: (text) => void terminal.stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'annulus bench: ')),
  });
  for (const child of command.commands) configure(child, terminal);
}
