/** `annulus topology backup` and `restore`: the one file of a cluster that cannot be made anew. */
import { readFileSync } from 'node:fs';
import { writeDurably } from '../../base/durable-file.js';
import { StartupError } from '../../base/startup-error.js';
import { argument, clientCommand, flagOnly } from '../client-command.js';
import type { CommandSpec } from '../command.js';
import { coordinatorOptionSpecs } from '../coordinator-option-table.js';
import { formatAddress } from '../options.js';
import { printJson } from '../output.js';
import type { ResolvedOptions } from '../resolved-options.js';

const backup = clientCommand({
  usage: 'backup <file>',
  description: 'Write the topology to a file, `-` for standard output. Nothing has to be stopped.',
  options: [],
  async run(client, call) {
    const { epoch, topology } = await client.cluster.backUpTopology();
    const file = argument(call, 0);
    if (file === '-') {
      call.terminal.stdout.write(`${topology}\n`);
      return 0;
    }
    writeDurably(file, `${topology}\n`);
    printJson(call.terminal, { file, epoch });
    return 0;
  },
});

const storeOptions = coordinatorOptionSpecs.filter(({ name }) => {
  return ['data', 'etcd', 'etcd-prefix'].includes(name);
});

const restore: CommandSpec = {
  usage: 'restore <file>',
  description:
    'Put a backup into the folder of a coordinator, or into etcd, where there is no topology. The ' +
    'nodes must run, no coordinator may: what has changed since the backup is asked of the nodes.',
  options: [
    ...storeOptions,
    flagOnly({
      name: 'nodes',
      type: 'addresses',
      min: 1,
      description: 'Nodes that joined after the backup.',
    }),
    flagOnly({
      name: 'accept-data-loss',
      type: 'flag',
      description: 'Even when writes may be lost. Without this they are named, and that is all.',
    }),
    flagOnly({
      name: 'timeout-ms',
      type: 'integer',
      unit: 'ms',
      default: '5000',
      min: 1,
      max: 600_000,
      description: 'How long a node may take to answer.',
    }),
  ],
  async run(call) {
    const { options, terminal } = call;
    const { runRestore } = await import('../../coordinator/restore/main.js');
    const place = {
      dataDirectory: options.text('data'),
      etcd: etcdOf(options),
      timeoutMs: options.integer('timeout-ms'),
    };
    const { topology, changes, losses } = await runRestore(place, {
      text: read(argument(call, 0)),
      moreNodes: options.has('nodes') ? options.addresses('nodes').map(formatAddress) : [],
      acceptDataLoss: options.flag('accept-data-loss'),
    });
    printJson(terminal, { epoch: topology.epoch, changes, losses });
    return 0;
  },
};

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartupError(`cannot read ${file}: ${(error as Error).message}`, error);
  }
}

export function etcdOf(options: ResolvedOptions) {
  if (!options.has('etcd')) return undefined;
  return { endpoints: options.endpoints('etcd'), prefix: prefixOf(options.text('etcd-prefix')) };
}

function prefixOf(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

export const topologyBackupCommands: readonly CommandSpec[] = [backup, restore];
