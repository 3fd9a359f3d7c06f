/**
 * The one place of the coordinator that opens LMDB. `overlappingSync` is off, so a commit is flushed
 * before it is visible and one that fails is as if it had never been. Event-turn batching is off
 * because it makes promises of its own, whose rejection nobody could handle.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { hash64Bytes } from '../../base/hash64.js';
import { checkPages } from '../../base/lmdb-page-check.js';
import { DamagedDataFile } from '../../base/lmdb-page-layout.js';
import { syncFile } from '../../base/sync-directory.js';
import { TopologyStoreError } from './topology-store.js';

/** Of xxHash64, little-endian, before a record's text. */
const CHECKSUM_BYTES = 8;
/** The file that LMDB keeps its pages in. */
const DATA_FILE = 'data.mdb';
/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID. */
const DAMAGE_CODES: ReadonlySet<unknown> = new Set([-30_797, -30_796, -30_794, -30_793]);

/** Named texts that change together. */
export interface TopologyEnvironment {
  /** Undefined when there is no such record. Throws when its checksum is wrong. */
  read(key: string): string | undefined;
  /** Puts all records or none. Resolves when they are on disk. */
  commit(records: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

/** Opens the environment of a folder that exists; only a new one may be without its file. */
export function openTopologyEnvironment(folder: string, isNew: boolean): TopologyEnvironment {
  const file = join(folder, DATA_FILE);
  if (!isNew && !existsSync(file)) throw new TopologyStoreError('corrupt', `${file} is gone`);
  if (!isNew) {
    // A process that was killed may have left there what it had committed and not synced.
    syncFile(file);
    checkFile(file);
  }
  const root: RootDatabase<Uint8Array, string> = open({
    path: folder,
    noSubdir: false,
    encoding: 'binary',
    overlappingSync: false,
    // Not in the package's types: see above.
    ...{ eventTurnBatching: false },
  });
  return {
    read(key) {
      const bytes = root.get(key);
      return bytes === undefined ? undefined : openRecord(key, bytes);
    },
    async commit(records) {
      try {
        await root.batch(() => {
          for (const [key, text] of Object.entries(records)) root.put(key, sealRecord(key, text));
        });
      } catch (error) {
        throw await commitCause(error);
      }
    },
    close: () => root.close(),
  };
}

/** LMDB believes its file, and a damaged one would end the process; so it is looked at first. */
function checkFile(file: string): void {
  try {
    const check = checkPages(file);
    while (check.next().done !== true);
  } catch (error) {
    if (!(error instanceof DamagedDataFile)) throw error;
    throw new TopologyStoreError('corrupt', error.message, error);
  }
}

/** What LMDB or the file system threw, as the store's own error. */
export function topologyStoreError(error: unknown, doing: string): TopologyStoreError {
  const { code, message } = error as { code?: unknown; message: string };
  const isDamage = DAMAGE_CODES.has(code);
  const failure =
    error instanceof TopologyStoreError ? error.failure : isDamage ? 'corrupt' : 'failed';
  return new TopologyStoreError(failure, `${doing}: ${message}`, error);
}

/** The checksum covers the key too: a record under another's name is damage. */
function checksumOf(key: string, body: Uint8Array): bigint {
  return hash64Bytes(Buffer.concat([Buffer.from(`${key}\0`), body]));
}

function sealRecord(key: string, text: string): Buffer {
  const record = Buffer.allocUnsafe(CHECKSUM_BYTES + Buffer.byteLength(text));
  record.write(text, CHECKSUM_BYTES);
  record.writeBigUInt64LE(checksumOf(key, record.subarray(CHECKSUM_BYTES)));
  return record;
}

function openRecord(key: string, bytes: Uint8Array): string {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = record.subarray(Math.min(CHECKSUM_BYTES, record.byteLength));
  const isWhole =
    record.byteLength >= CHECKSUM_BYTES && record.readBigUInt64LE() === checksumOf(key, body);
  if (isWhole) return body.toString('utf8');
  throw new TopologyStoreError('corrupt', `the ${key} record is damaged`);
}

/** A failed commit carries its cause as a promise of its own, which must not go unhandled. */
async function commitCause(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  if (commitError === undefined) return error;
  return commitError.then(
    () => error,
    (cause: unknown) => cause,
  );
}
