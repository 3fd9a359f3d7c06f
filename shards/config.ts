/** What a shard node can be told, with defaults. The CLI's option table gives these their flags. */
import { hostname } from 'node:os';
import { invalidField } from '../src/base/errors.js';
import { graphUpkeepDefaults } from './graph-upkeep.js';
import { type NodeLimits, nodeLimitDefaults } from './node-limits.js';
import type { PartitionLimits } from './partition-limits.js';
import { type NodeRecoveryOptions, nodeRecoveryDefaults } from './recovery/node-recovery.js';
import { type SchedulerOptions, schedulerDefaults } from './scheduler.js';

export interface HostAndPort {
  host: string;
  /** 0: any free port. */
  port: number;
}

export interface ShardNodeConfig {
  /** Folder of the node; made when it does not exist. The same folder is the same node. */
  dataDirectory: string;
  /** HOST:PORT of coordinators, tried in turn. Empty: the node waits to be added by an operator. */
  join: readonly string[];
  /** Join as a new node even if this one was removed from the cluster. Default false. */
  rejoin: boolean;
  /** Where the link listens. Default 127.0.0.1, any free port. */
  listen: HostAndPort;
  /**
   * HOST:PORT under which coordinators reach the link. Default: where it listens; when that is every
   * interface (0.0.0.0 or ::), the machine's host name.
   */
  advertise: string | undefined;
  /** Where `/healthz`, `/readyz` and `/metrics` are served. Undefined: nowhere. */
  http: HostAndPort | undefined;
  /**
   * 1..63 characters: a letter or digit, then letters, digits, `.`, `_` and `-`. Default: as the
   * folder says, and for a new folder a random one.
   */
  nodeId: string | undefined;
  /** Copies are kept in distinct zones while there are enough. Default: the machine's host name. */
  zone: string;
  /** Share of the partitions relative to the other nodes: 0.01..100. Default 1. */
  weight: number;
  /** How long the start waits to have joined before it serves anyway, in ms. Default 3,000. */
  joinWaitMs: number;
  /** How long a stop waits for what is in flight and for graphs to be saved. Default 10,000. */
  stopTimeoutMs: number;
  scheduler: SchedulerOptions;
  limits: NodeLimits;
  partition: PartitionLimits;
  recovery: NodeRecoveryOptions;
}

/**
 * Flat buffer: 262,144 elements (1 MiB) cost a search about 0.2 ms; a larger one takes longer bursts
 * of writes without pushing back. While searches arrive it may be an eighth of that; at the start 64
 * times as much (64 MiB, 13 ms a search), so that what a graph lacks, or a lost graph, does not keep a
 * replica from being searched at once.
 */
export const partitionLimitDefaults: PartitionLimits = {
  ...graphUpkeepDefaults,
  flatFloatsMax: 262_144,
  searchedFlatFloatsMax: 32_768,
  openingFlatFloatsMax: 16_777_216,
};

/** `partial` over the defaults. @throws AnnulusError `INVALID_ARGUMENT` that names the option. */
export function shardNodeConfig(
  partial: Partial<Omit<ShardNodeConfig, 'recovery'>> &
    Pick<ShardNodeConfig, 'dataDirectory'> & { recovery?: Partial<NodeRecoveryOptions> },
): ShardNodeConfig {
  const config: ShardNodeConfig = {
    join: [],
    rejoin: false,
    listen: { host: '127.0.0.1', port: 0 },
    advertise: undefined,
    http: undefined,
    nodeId: undefined,
    zone: hostname(),
    weight: 1,
    joinWaitMs: 3_000,
    stopTimeoutMs: 10_000,
    scheduler: schedulerDefaults,
    limits: nodeLimitDefaults,
    partition: partitionLimitDefaults,
    ...partial,
    recovery: { ...nodeRecoveryDefaults, ...partial.recovery },
  };
  checkConfig(config);
  return config;
}

const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const ZONE_BYTES_MAX = 63;

function checkConfig(config: ShardNodeConfig): void {
  const { nodeId, zone, weight, scheduler, limits, partition } = config;
  if (nodeId !== undefined && !NODE_ID.test(nodeId)) {
    const allowed = '1..63 characters: a letter or digit, then letters, digits, `.`, `_` and `-`';
    throw invalidField('node-id', nodeId, allowed);
  }
  if (Buffer.byteLength(zone) > ZONE_BYTES_MAX) {
    throw invalidField('zone', zone, `at most ${ZONE_BYTES_MAX} bytes`);
  }
  checkRange('weight', weight, 0.01, 100);
  checkRange('queueLimit', scheduler.queueLimit, 1, 100_000);
  checkRange('queueMsMax', scheduler.queueMsMax, 1, 60_000);
  checkRange('sliceMs', scheduler.sliceMs, 0.1, 100);
  checkRange('searchingSliceMs', scheduler.searchingSliceMs, 0.1, scheduler.sliceMs);
  checkRange('backgroundShareRatio', scheduler.backgroundShareRatio, 0.05, 1);
  const { backgroundShareRatio, backgroundShareRatioMin } = scheduler;
  checkRange('backgroundShareRatioMin', backgroundShareRatioMin, 0.001, backgroundShareRatio);
  checkRange('writeOpsMax', limits.writeOpsMax, 1, 10_000);
  checkRange('writeBytesMax', limits.writeBytesMax, 1024, 2 ** 32);
  checkRange('exactSearchesMax', limits.exactSearchesMax, 1, 10_000);
  checkRange('replyBytesMax', limits.replyBytesMax, 1024, 60 * 1024 * 1024);
  checkRange('flatFloatsMax', partition.flatFloatsMax, 0, 2 ** 30);
  checkRange('searchedFlatFloatsMax', partition.searchedFlatFloatsMax, 0, partition.flatFloatsMax);
  checkRange('openingFlatFloatsMax', partition.openingFlatFloatsMax, 0, 2 ** 30);
  checkRange('rebuildRemovedRatio', partition.rebuildRemovedRatio, 0.05, 1);
  checkRange('saveChangeRatio', partition.saveChangeRatio, 0.01, 10);
  checkRange('recoveryBytesPerSecond', config.recovery.bytesPerSecond, 0, 2 ** 40);
  checkRange('graphRowsMin', config.recovery.graphRowsMin, 1, 2 ** 40);
  checkRange('tombstoneGraceMs', config.recovery.tombstoneGraceMs, 1_000, 10 ** 10);
  checkRange('saveIntervalMs', partition.saveIntervalMs, 1_000, 86_400_000);
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw invalidField(name, value, `from ${min} to ${max}`);
}
