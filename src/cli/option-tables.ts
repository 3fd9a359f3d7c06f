/** Every option of every server command: the one place where flags, variables and keys are made. */
import {
  configOptionSpec,
  devCoordinatorOptionSpecs,
  devShardOptionSpecs,
  json,
  logLevel,
  recoveryBytesPerSecond,
  stopTimeoutMs,
} from './common-options.js';
import { coordinatorOptionSpecs } from './coordinator-option-table.js';
import type { OptionSpec } from './options.js';

export const shardOptionSpecs: readonly OptionSpec[] = [
  {
    name: 'data',
    type: 'text',
    placeholder: 'DIR',
    isRequired: true,
    description: 'Folder of the documents. The same folder is the same node after a restart.',
  },
  {
    name: 'join',
    type: 'addresses',
    isRequired: true,
    min: 1,
    description: 'Coordinators to register with.',
  },
  {
    name: 'rejoin',
    type: 'flag',
    description: 'Join as a new node even if this one was removed from the cluster.',
  },
  {
    name: 'listen',
    type: 'address',
    default: '127.0.0.1:0',
    description: 'Where the node listens for coordinators. Port 0: any free port.',
  },
  {
    name: 'advertise',
    type: 'address',
    min: 1,
    description:
      'Where coordinators reach the node. Default: where it listens, or the name of the host ' +
      'when that is every interface.',
  },
  {
    name: 'http',
    type: 'address',
    description: 'Where /healthz, /readyz and /metrics are served. Default: nowhere.',
  },
  {
    name: 'node-id',
    type: 'text',
    placeholder: 'ID',
    max: 63,
    description: 'Name of the node. Default: made at the first start, and kept in the folder.',
  },
  {
    name: 'zone',
    type: 'text',
    max: 63,
    description: 'Copies are kept in distinct zones. Default: the name of the host.',
  },
  {
    name: 'weight',
    type: 'number',
    default: '1',
    min: 0.01,
    max: 100,
    description: 'Share of the partitions relative to other nodes.',
  },
  {
    name: 'join-wait-ms',
    type: 'integer',
    unit: 'ms',
    default: '3000',
    min: 0,
    max: 600_000,
    description: 'How long the start waits to have joined before the node serves anyway.',
  },
  {
    name: 'queue-limit',
    type: 'integer',
    default: '1024',
    min: 1,
    max: 100_000,
    description: 'Searches and reads that may wait in the node. More are refused.',
  },
  {
    name: 'queue-ms-max',
    type: 'integer',
    unit: 'ms',
    default: '500',
    min: 1,
    max: 60_000,
    description: 'A search that would have to wait in the node for longer is refused.',
  },
  ...devShardOptionSpecs,
  stopTimeoutMs,
  logLevel,
  configOptionSpec,
  json,
];

export const devOptionSpecs: readonly OptionSpec[] = [
  {
    name: 'shards',
    type: 'integer',
    default: '3',
    min: 1,
    max: 64,
    description: 'Shard nodes to start. A folder that already has more of them gets them all.',
  },
  {
    name: 'listen',
    type: 'address',
    default: '127.0.0.1:7700',
    description: 'Where the coordinator listens. Port 0: any free port.',
  },
  {
    name: 'http',
    type: 'address',
    default: '127.0.0.1:0',
    description: "The coordinator's HTTP port. Port 0: any free port.",
  },
  {
    name: 'data',
    type: 'text',
    placeholder: 'DIR',
    description: 'Folder of the cluster. Default: a temporary one, removed at the end.',
  },
  ...devCoordinatorOptionSpecs,
  recoveryBytesPerSecond,
  { ...logLevel, default: 'warn' },
  configOptionSpec,
  json,
];

/** All names that a configuration file may have, so that one file can serve every command. */
export const knownConfigKeys: ReadonlySet<string> = new Set(
  [...coordinatorOptionSpecs, ...shardOptionSpecs, ...devOptionSpecs].map(({ name }) => name),
);
