import { hostname } from 'node:os';
import { createPinoLogger } from '../../base/pino-logger.js';
import { systemClock } from '../../base/system-clock.js';
import type { CommandSpec } from '../command.js';
import { shardOptionSpecs } from '../option-tables.js';
import { formatAddress } from '../options.js';
import type { ResolvedOptions } from '../resolved-options.js';
import { processStopSignals, runServer } from '../server-process.js';
import { STOP_GRACE_MS } from './coordinator.js';

export const shardCommand: CommandSpec = {
  usage: 'shard',
  description: 'One shard node: holds documents, and registers itself with the coordinators.',
  options: shardOptionSpecs,
  async run({ terminal, options }) {
    const { runShardNode } = await import('../../../shards/main.js');
    const logger = createPinoLogger('shard', options.text('log-level'));
    return await runServer({
      terminal,
      clock: systemClock,
      signals: processStopSignals(terminal.env),
      isJson: options.flag('json'),
      stopTimeoutMs: options.integer('stop-timeout-ms') + STOP_GRACE_MS,
      start: async () => runShardNode(await toShardOptions(options), logger),
      describe: ({ address, nodeId, httpAddress }) => ({
        ready: { address, nodeId, httpAddress: httpAddress ?? null, pid: process.pid },
        text: `shard node ${nodeId} serves at ${address}`,
      }),
    });
  },
};

async function toShardOptions(options: ResolvedOptions) {
  const { shardNodeConfig } = await import('../../../shards/config.js');
  const { schedulerDefaults } = await import('../../../shards/scheduler.js');
  const address = (name: string) => (options.has(name) ? options.address(name) : undefined);
  const text = (name: string) => (options.has(name) ? options.text(name) : undefined);
  const advertise = address('advertise');
  return shardNodeConfig({
    dataDirectory: options.text('data'),
    join: options.addresses('join').map(formatAddress),
    rejoin: options.flag('rejoin'),
    listen: options.address('listen'),
    advertise: advertise === undefined ? undefined : formatAddress(advertise),
    http: address('http'),
    nodeId: text('node-id'),
    zone: text('zone') ?? hostname(),
    weight: options.number('weight'),
    joinWaitMs: options.integer('join-wait-ms'),
    stopTimeoutMs: options.integer('stop-timeout-ms'),
    scheduler: {
      ...schedulerDefaults,
      queueLimit: options.integer('queue-limit'),
      queueMsMax: options.integer('queue-ms-max'),
    },
    recovery: {
      bytesPerSecond: options.integer('recovery-bytes-per-second'),
      tombstoneGraceMs: options.integer('tombstone-grace-ms'),
    },
  });
}
