/**
 * The servers, loaded only by the commands that run them: a client command starts without their
 * native parts.
 */
import type { Logger } from '../base/logger.js';
import type { HostAndPort } from './options.js';
import type { RunningServer } from './server-process.js';

export interface ShardNodeOptions {
  dataDirectory: string;
  join: HostAndPort[];
  listen: HostAndPort;
  nodeId: string | undefined;
  zone: string;
  weight: number;
  stopTimeoutMs: number;
}

interface RunningShardNode extends RunningServer {
  address: string;
  nodeId: string;
}

interface RunningCoordinator extends RunningServer {
  address: string;
  httpAddress: string | undefined;
}

export async function loadShardNode() {
  const path = '../../shards/main.js';
  const module = (await import(path)) as {
    runShardNode(options: ShardNodeOptions, logger: Logger): Promise<RunningShardNode>;
  };
  return module.runShardNode;
}

export async function loadCoordinator() {
  const path = '../coordinator/main.js';
  const module = (await import(path)) as {
    runCoordinator(options: unknown, logger: Logger): Promise<RunningCoordinator>;
  };
  return module.runCoordinator;
}
