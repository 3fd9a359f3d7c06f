/**
 * What a node remembers of itself: `node.json` in its data directory, of which there is always a whole
 * one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../src/base/durable-file.js';
import type { Epoch } from '../src/base/ids.js';
import { StartupError } from '../src/base/startup-error.js';
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
  writeDurably(join(directory, FILE), `${JSON.stringify(record, null, 2)}\n`);
}
