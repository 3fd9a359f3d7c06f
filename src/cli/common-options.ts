/** Options that several server commands have. */
import { TOMBSTONE_GRACE_MS } from '../base/tombstone-horizon.js';
import type { OptionSpec } from './options.js';

export const json: OptionSpec = {
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

export const logLevel: OptionSpec = {
  name: 'log-level',
  type: 'text',
  choices: ['debug', 'info', 'warn', 'error', 'silent'],
  default: 'info',
  description: 'Least severity of the log lines on stderr.',
};

export const stopTimeoutMs: OptionSpec = {
  name: 'stop-timeout-ms',
  type: 'integer',
  unit: 'ms',
  default: '9000',
  min: 0,
  max: 600_000,
  description:
    'How long a stop waits for work in flight. One second later the process exits anyway.',
};

export const limit = (name: string, fallback: number, max: number, what: string): OptionSpec => ({
  name,
  type: 'integer',
  default: String(fallback),
  min: 1,
  max,
  description: what,
});

export const tombstoneGraceMs: OptionSpec = {
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

export const compareIntervalMs: OptionSpec = {
  name: 'compare-interval-ms',
  type: 'integer',
  unit: 'ms',
  default: '60000',
  min: 0,
  max: 86_400_000,
  description: 'How often the replicas of each partition are compared and healed. 0: never.',
};

export const recoveriesPerNode: OptionSpec = {
  name: 'recoveries-per-node',
  type: 'integer',
  default: '2',
  min: 1,
  max: 64,
  description: 'Replicas that one node copies, or is copied from, at a time.',
};

export const recoveryBytesPerSecond: OptionSpec = {
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
