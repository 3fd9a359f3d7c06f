import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../base/system-clock.js';
import type { CommandCall, CommandSpec } from '../command.js';
import { devCoordinatorOptionSpecs, devShardOptionSpecs } from '../common-options.js';
import { spawnSelf } from '../dev/child-process.js';
import { DevCluster } from '../dev/dev-cluster.js';
import { KILL_AFTER_MS, type ProcessEvent } from '../dev/supervised-process.js';
import { devOptionSpecs } from '../option-tables.js';
import { formatAddress, type OptionSpec } from '../options.js';
import { printJsonLine, type Terminal } from '../output.js';
import { processStopSignals, runServer, type StopSignals } from '../server-process.js';

/** The program that the parts of the cluster run: this one. */
const entry = fileURLToPath(new URL(`../main${import.meta.url.slice(-3)}`, import.meta.url));

export const devCommand: CommandSpec = {
  usage: 'dev',
  description: 'A whole cluster on this machine: a coordinator and shard nodes, each a process.',
  options: devOptionSpecs,
  async run(call) {
    const { terminal, options } = call;
    const isTemporary = !options.has('data');
    const directory = isTemporary ? mkdtempSync(join(tmpdir(), 'annulus-')) : dataDirectory(call);
    const isJson = options.flag('json');
    const cluster = new DevCluster({
      directory,
      shards: options.integer('shards'),
      listen: formatAddress(options.address('listen')),
      http: formatAddress(options.address('http')),
      logLevel: options.text('log-level'),
      coordinatorArgs: handedOn(call, devCoordinatorOptionSpecs),
      shardArgs: handedOn(call, devShardOptionSpecs),
      clock: systemClock,
      spawn: spawnSelf(entry, terminal.env),
      onEvent: (event) => report(terminal, isJson, event),
    });
    try {
      return await runServer({
        terminal,
        clock: systemClock,
        signals: signalsOf(terminal, cluster),
        isJson,
        stopTimeoutMs: KILL_AFTER_MS + 2000,
        start: async () => {
          await cluster.start();
          return cluster;
        },
        describe: () => ({
          ready: readyFields(cluster, directory),
          text: readyText(cluster, directory, isTemporary),
        }),
      });
    } finally {
      if (isTemporary) rmSync(directory, { recursive: true, force: true });
    }
  },
};

function handedOn({ options }: CommandCall, specs: readonly OptionSpec[]): string[] {
  return specs.flatMap(({ name }) => [`--${name}`, String(options.integer(name))]);
}

function dataDirectory({ options }: CommandCall): string {
  const directory = resolve(options.text('data'));
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Ending at once takes the whole cluster along. */
function signalsOf(terminal: Terminal, cluster: DevCluster): StopSignals {
  const signals = processStopSignals(terminal.env);
  return {
    onStop: (listener) => signals.onStop(listener),
    exit(code) {
      cluster.killAll();
      signals.exit(code);
    },
  };
}

function readyFields(cluster: DevCluster, directory: string) {
  const { address, message } = cluster.coordinator;
  return {
    address,
    httpAddress: message.http_address,
    pid: process.pid,
    coordinatorPid: cluster.coordinator.pid,
    data: directory,
    nodes: cluster.nodes(),
  };
}

function readyText(cluster: DevCluster, directory: string, isTemporary: boolean): string {
  const { address, message, pid } = cluster.coordinator;
  return [
    `Annulus serves at ${address} (metrics at http://${message.http_address}/metrics)`,
    '',
    `  coordinator  ${address}  pid ${pid}`,
    ...cluster.nodes().map((one) => `  ${one.nodeId.padEnd(11)}  ${one.address}  pid ${one.pid}`),
    '',
    `Data: ${directory}${isTemporary ? ' (temporary: removed at the end; --data keeps it)' : ''}`,
    `Try:  annulus status${address === '127.0.0.1:7700' ? '' : ` --address ${address}`}`,
    'Stop: Ctrl-C',
  ].join('\n');
}

function report(terminal: Terminal, isJson: boolean, event: ProcessEvent): void {
  if (isJson) printJsonLine(terminal, event);
  else terminal.stdout.write(`${eventText(event)}\n`);
}

function eventText(event: ProcessEvent): string {
  if (event.event === 'restarted')
    return `${event.name} is back: ${event.address}, pid ${event.pid}`;
  return `${event.name} ended (${event.how}); starting it again in ${event.restartInMs} ms`;
}
