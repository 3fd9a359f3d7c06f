import { createPinoLogger } from '../../base/pino-logger.js';
import { systemClock } from '../../base/system-clock.js';
import type { CommandSpec } from '../command.js';
import { coordinatorOptionSpecs } from '../coordinator-option-table.js';
import type { ResolvedOptions } from '../resolved-options.js';
import { processStopSignals, runServer } from '../server-process.js';
import { etcdOf } from './topology-backup.js';

/** From a stop's own limit to the end of the process. */
export const STOP_GRACE_MS = 1000;

export const coordinatorCommand: CommandSpec = {
  usage: 'coordinator',
  description: 'One coordinator: the front door of a cluster.',
  options: coordinatorOptionSpecs,
  async run({ terminal, options }) {
    // Loaded only now: client commands start without the servers' native parts.
    const { runCoordinator } = await import('../../coordinator/main.js');
    const logger = createPinoLogger('coordinator', options.text('log-level'));
    return await runServer({
      terminal,
      clock: systemClock,
      signals: processStopSignals(terminal.env),
      isJson: options.flag('json'),
      stopTimeoutMs: options.integer('stop-timeout-ms') + STOP_GRACE_MS,
      start: async () => runCoordinator(await toCoordinatorOptions(options), logger),
      describe: ({ address, httpAddress }) => ({
        ready: { address, httpAddress, pid: process.pid },
        text: `coordinator serves at ${address} (metrics at http://${httpAddress}/metrics)`,
      }),
    });
  },
};

async function toCoordinatorOptions(options: ResolvedOptions) {
  const { coordinatorOptions, overloadOptions } = await import('../../coordinator/config.js');
  const { defaultLimits } = await import('../../coordinator/limits.js');
  return coordinatorOptions({
    dataDirectory: options.text('data'),
    etcd: etcdOf(options),
    topologyLeaseMs: options.integer('topology-lease-ms'),
    controllerLease: { ttlMs: options.integer('controller-lease-ms') },
    listen: options.address('listen'),
    http: options.address('http'),
    limits: {
      ...defaultLimits,
      dimensionMax: options.integer('limit-dimension'),
      topKMax: options.integer('limit-top-k'),
      efSearchMax: options.integer('limit-ef-search'),
      idBytesMax: options.integer('limit-id-bytes'),
      documentBytesMax: options.integer('limit-document-bytes'),
      batchDocumentsMax: options.integer('limit-batch-documents'),
      batchBytesMax: options.integer('limit-batch-bytes'),
      searchBatchMax: options.integer('limit-search-batch'),
      requestTimeoutMsMax: options.integer('limit-request-timeout-ms'),
    },
    moves: {
      replaceAfterMs: options.integer('replace-after-ms'),
      movesMax: options.integer('moves-max'),
      movesPerNodeMax: options.integer('moves-per-node-max'),
    },
    splits: {
      maxPartitionDocuments: options.integer('max-partition-documents'),
      minPartitionDocuments: options.integer('min-partition-documents'),
      settleMs: options.integer('split-after-ms'),
    },
    recovery: { copiesPerNodeMax: options.integer('recoveries-per-node') },
    comparison: {
      intervalMs: options.integer('compare-interval-ms'),
      tombstoneGraceMs: options.integer('tombstone-grace-ms'),
    },
    ...overloadOptions({
      admission: {
        queueLimit: options.integer('admission-queue-limit'),
        burstMs: options.integer('admission-burst-ms'),
        standingMs: options.integer('admission-standing-ms'),
      },
      nodeDelayMsTarget: options.integer('node-delay-ms'),
      writes: {
        opsMax: options.integer('write-operations-limit'),
        bytesMax: options.integer('write-bytes-limit'),
      },
    }),
    writeTimeoutMs: options.integer('write-timeout-ms'),
    startWaitMs: options.integer('start-wait-ms'),
    stopTimeoutMs: options.integer('stop-timeout-ms'),
  });
}
