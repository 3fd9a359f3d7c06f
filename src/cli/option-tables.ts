/** Every option of every server command: the one place where flags, variables and keys are made. */
import { TOMBSTONE_GRACE_MS } from '../base/tombstone-horizon.js';
import type { OptionSpec } from './options.js';
import { overloadOptionSpecs } from './overload-option-table.js';

const json: OptionSpec = {
  name: 'json',
  type: 'flag',
  description: 'Print one JSON object a line on stdout.',
};

export const configOptionSpec: OptionSpec = {
  name: 'config',
  type: 'text',
  placeholder: 'FILE',
  description: 'YAML file with options, named like the flags.',
};

const logLevel: OptionSpec = {
  name: 'log-level',
  type: 'text',
  choices: ['debug', 'info', 'warn', 'error', 'silent'],
  default: 'info',
  description: 'Least severity of the log lines on stderr.',
};

const stopTimeoutMs: OptionSpec = {
  name: 'stop-timeout-ms',
  type: 'integer',
  unit: 'ms',
  default: '9000',
  min: 0,
  max: 600_000,
  description:
    'How long a stop waits for work in flight. One second later the process exits anyway.',
};

const limit = (name: string, fallback: number, max: number, what: string): OptionSpec => ({
  name,
  type: 'integer',
  default: String(fallback),
  min: 1,
  max,
  description: what,
});

const tombstoneGraceMs: OptionSpec = {
  name: 'tombstone-grace-ms',
  type: 'integer',
  unit: 'ms',
  default: String(TOMBSTONE_GRACE_MS),
  min: 60_000,
  max: 10_000_000_000,
  description:
    'How long deletions are remembered. A replica that was away for longer is filled anew. ' +
    'The same for every coordinator and shard node.',
};

const compareIntervalMs: OptionSpec = {
  name: 'compare-interval-ms',
  type: 'integer',
  unit: 'ms',
  default: '60000',
  min: 0,
  max: 86_400_000,
  description: 'How often the replicas of each partition are compared and healed. 0: never.',
};

const recoveriesPerNode: OptionSpec = {
  name: 'recoveries-per-node',
  type: 'integer',
  default: '2',
  min: 1,
  max: 64,
  description: 'Replicas that one node copies, or is copied from, at a time.',
};

const recoveryBytesPerSecond: OptionSpec = {
  name: 'recovery-bytes-per-second',
  type: 'integer',
  default: String(64 * 1024 * 1024),
  min: 0,
  max: 2 ** 40,
  description: 'Most bytes a second that one replica copies from another. 0: as many as come.',
};

/** What `annulus dev` hands on to its coordinator, and to its shard nodes. */
export const devCoordinatorOptionSpecs: readonly OptionSpec[] = [
  tombstoneGraceMs,
  compareIntervalMs,
  recoveriesPerNode,
];
export const devShardOptionSpecs: readonly OptionSpec[] = [
  tombstoneGraceMs,
  recoveryBytesPerSecond,
];

export const coordinatorOptionSpecs: readonly OptionSpec[] = [
  {
    name: 'data',
    type: 'text',
    placeholder: 'DIR',
    isRequired: true,
    description: 'Folder of the topology; made when it does not exist.',
  },
  {
    name: 'listen',
    type: 'address',
    default: '127.0.0.1:7700',
    description: 'Where the gRPC service listens. Port 0: any free port.',
  },
  {
    name: 'http',
    type: 'address',
    default: '127.0.0.1:7780',
    description: 'Where /healthz, /readyz and /metrics are served. Port 0: any free port.',
  },
  {
    name: 'etcd',
    type: 'text',
    placeholder: 'URL,...',
    description: 'Keep the topology in etcd instead of the folder. Not available yet.',
  },
  limit('limit-dimension', 16_384, 16_384, 'Most elements of a vector.'),
  limit('limit-top-k', 10_000, 100_000, 'Most hits of a search.'),
  limit('limit-ef-search', 10_000, 100_000, 'Most candidates examined per partition.'),
  limit('limit-id-bytes', 512, 512, 'Longest document id, in bytes.'),
  limit('limit-document-bytes', 1_048_576, 16_777_216, 'Largest document, in bytes.'),
  limit('limit-batch-documents', 1000, 100_000, 'Most documents in one request.'),
  limit('limit-batch-bytes', 16_777_216, 268_435_456, 'Most bytes of documents in one request.'),
  limit('limit-search-batch', 100, 10_000, 'Most searches in one SearchBatch.'),
  {
    ...limit('limit-request-timeout-ms', 30_000, 3_600_000, 'Longest deadline of a request.'),
    unit: 'ms',
  },
  ...overloadOptionSpecs,
  {
    name: 'write-timeout-ms',
    type: 'integer',
    unit: 'ms',
    default: '5000',
    min: 10,
    max: 600_000,
    description: 'How long a replica may take over a write before writes go on without it.',
  },
  {
    name: 'start-wait-ms',
    type: 'integer',
    unit: 'ms',
    default: '3000',
    min: 0,
    max: 600_000,
    description: 'How long the start waits for known shard nodes to connect.',
  },
  {
    name: 'replace-after-ms',
    type: 'integer',
    unit: 'ms',
    default: '600000',
    min: 100,
    max: 604_800_000,
    description: 'How long a node may be down before what it held is made anew on others.',
  },
  limit('moves-max', 8, 1024, 'Replicas moved at a time; as many again may restore lost copies.'),
  limit('moves-per-node-max', 2, 64, 'Of those, to one shard node.'),
  ...devCoordinatorOptionSpecs,
  stopTimeoutMs,
  logLevel,
  configOptionSpec,
  json,
];

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
