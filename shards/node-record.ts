/**
 * What a node remembers of itself: `node.json` in its data directory. It is written aside, synced and
 * renamed, so there is always a whole one.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Epoch } from '../src/base/ids.js';
import { StartupError } from '../src/base/startup-error.js';
import { syncDirectory } from '../src/base/sync-directory.js';
import type { ReplicaAssignment } from './link-handler.js';
import type { FreshReplicas } from './recovery/replica-freshness.js';

/** Bumped with every incompatible change of what is in a node's data directory. */
export const DATA_FORMAT = 1;

export interface NodeRecord {
  format: number;
  nodeId: string;
  /** The topology that the node belongs to; absent until it was assigned its first replicas. */
  clusterId?: string;
  /** The largest epoch that the node was assigned replicas with. */
  epoch: Epoch;
  /** As last assigned. */
  replicas: ReplicaAssignment[];
  /** When each replica was last known to be in sync, or made anew. */
  freshAtMs?: FreshReplicas;
}

const FILE = 'node.json';

/** Undefined when there is none. @throws StartupError when there is one that cannot be used. */
export function readNodeRecord(directory: string): NodeRecord | undefined {
  const path = join(directory, FILE);
  if (!existsSync(path)) return undefined;
  let record: Partial<NodeRecord>;
  try {
    record = JSON.parse(readFileSync(path, 'utf8')) as Partial<NodeRecord>;
  } catch (error) {
    throw new StartupError(`${path} is damaged: ${(error as Error).message}`, error);
  }
  if (record.format !== DATA_FORMAT) {
    const found = JSON.stringify(record.format);
    throw new StartupError(`${path} has format ${found}; this version reads ${DATA_FORMAT}`);
  }
  const isWhole =
    typeof record.nodeId === 'string' &&
    Number.isSafeInteger(record.epoch) &&
    Array.isArray(record.replicas);
  if (!isWhole) throw new StartupError(`${path} is damaged: it lacks fields`);
  return record as NodeRecord;
}

export function writeNodeRecord(directory: string, record: NodeRecord): void {
  const path = join(directory, FILE);
  const aside = `${path}.tmp`;
  const file = openSync(aside, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(record, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
  syncDirectory(directory);
}
