import { hostname } from 'node:os';
import { createPinoLogger } from '../../base/pino-logger.js';
import { systemClock } from '../../base/system-clock.js';
import type { CommandSpec } from '../command.js';
import { shardOptionSpecs } from '../option-tables.js';
import type { ResolvedOptions } from '../resolved-options.js';
import { loadShardNode } from '../server-modules.js';
import { processStopSignals, runServer } from '../server-process.js';
import { STOP_GRACE_MS } from './coordinator.js';

export const shardCommand: CommandSpec = {
  usage: 'shard',
  description: 'One shard node: holds documents, and registers itself with the coordinators.',
  options: shardOptionSpecs,
  async run({ terminal, options }) {
    const runShardNode = await loadShardNode();
    const logger = createPinoLogger('shard', options.text('log-level'));
    return await runServer({
      terminal,
      clock: systemClock,
      signals: processStopSignals(terminal.env),
      isJson: options.flag('json'),
      stopTimeoutMs: options.integer('stop-timeout-ms') + STOP_GRACE_MS,
      start: () => runShardNode(toShardOptions(options), logger),
      describe: ({ address, nodeId }) => ({
        ready: { address, nodeId, pid: process.pid },
        text: `shard node ${nodeId} serves at ${address}`,
      }),
    });
  },
};

function toShardOptions(options: ResolvedOptions) {
  return {
    dataDirectory: options.text('data'),
    join: options.addresses('join'),
    listen: options.address('listen'),
    nodeId: options.has('node-id') ? options.text('node-id') : undefined,
    zone: options.has('zone') ? options.text('zone') : hostname(),
    weight: options.number('weight'),
    stopTimeoutMs: options.integer('stop-timeout-ms'),
  };
}
