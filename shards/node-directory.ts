import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type DirectoryLock,
  DirectoryLockedError,
  lockDirectory,
} from '../src/base/directory-lock.js';
import { StartupError } from '../src/base/startup-error.js';
import { syncDirectory } from '../src/base/sync-directory.js';
import { randomHex } from '../src/base/system-random.js';
import { DATA_FORMAT, type NodeRecord, readNodeRecord, writeNodeRecord } from './node-record.js';

/** A node's data directory, locked: `node.json`, and a folder per replica in `replicas/`. */
export interface NodeDirectory {
  record: NodeRecord;
  saveRecord(record: NodeRecord): void;
  replicasPath: string;
  lock: DirectoryLock;
}

/**
 * Locks the directory, which is made when it does not exist, and says which node it is.
 * @throws StartupError when a live process has it, or it belongs to another node or version.
 */
export async function openNodeDirectory(
  path: string,
  nodeId: string | undefined,
): Promise<NodeDirectory> {
  const directory = resolve(path);
  const lock = await lockOf(directory);
  try {
    const record = recordOf(directory, nodeId);
    const replicasPath = join(directory, 'replicas');
    mkdirSync(replicasPath, { recursive: true, mode: 0o700 });
    // Its name, and that of a record that a process wrote which was killed before it had synced it.
    syncDirectory(directory);
    return {
      record,
      saveRecord: (changed) => writeNodeRecord(directory, changed),
      replicasPath,
      lock,
    };
  } catch (error) {
    await lock.release();
    if (error instanceof StartupError) throw error;
    throw new StartupError(`cannot use directory ${directory}: ${messageOf(error)}`, error);
  }
}

async function lockOf(directory: string): Promise<DirectoryLock> {
  try {
    return await lockDirectory(directory);
  } catch (error) {
    if (error instanceof DirectoryLockedError) throw new StartupError(error.message, error);
    throw new StartupError(`cannot use directory ${directory}: ${messageOf(error)}`, error);
  }
}

function recordOf(directory: string, nodeId: string | undefined): NodeRecord {
  const known = readNodeRecord(directory);
  if (known !== undefined) {
    if (nodeId === undefined || nodeId === known.nodeId) return known;
    throw new StartupError(`directory ${directory} is that of node ${known.nodeId}, not ${nodeId}`);
  }
  if (readdirSync(directory).includes('replicas')) {
    // A node without its name could take the place of another, or its own with a new one.
    throw new StartupError(`directory ${directory} has replicas, but no node.json`);
  }
  const record: NodeRecord = {
    format: DATA_FORMAT,
    nodeId: nodeId ?? `node-${randomHex(3)}`,
    epoch: 0,
    replicas: [],
  };
  writeNodeRecord(directory, record);
  return record;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
