/**
 * The one place that opens LMDB, with the one set of options that Annulus relies on, and that knows
 * how it fails.
 *
 * `overlappingSync` is off: a commit is then flushed (fdatasync, then the meta page with O_DSYNC)
 * before it becomes visible, so nobody ever reads what is not durable, and a commit that fails is as
 * if it had never been. With it on, rows are visible before the flush, and which of them survive a
 * crash depends on the machine's boot id. `useWritemap` is never set, and `noSync` by nobody but the
 * power-loss tests. Event-turn batching is off because it makes promises of its own, whose rejection
 * nobody could handle.
 */
import { statfsSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';
import { invariant } from '../../src/base/invariant.js';
import { StoreError, type StoreFailure } from './partition-store.js';

type Bytes = Database<Uint8Array, Uint8Array>;

export interface LmdbEnvironment {
  root: RootDatabase<Uint8Array, Uint8Array>;
  rows: Bytes;
  ids: Bytes;
  tombstones: Bytes;
  garbage: Bytes;
  meta: Bytes;
}

/** The file that LMDB keeps its pages in. */
export const DATA_FILE = 'data.mdb';

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * Opens the environment of a directory that exists. `plantedNoSync` is a bug for tests to find: what
 * is acknowledged then does not outlive a power loss. Throws a {@link StoreError}.
 */
export function openEnvironment(directory: string, plantedNoSync = false): LmdbEnvironment {
  try {
    const root = open<Uint8Array, Uint8Array>({
      path: directory,
      noSubdir: false,
      overlappingSync: false,
      noSync: plantedNoSync,
      // Not in the package's types: see above.
      ...{ eventTurnBatching: false },
      maxReaders: 126,
      maxDbs: 8,
      ...BINARY,
    });
    const database = (name: string): Bytes => root.openDB({ name, ...BINARY });
    return {
      root,
      rows: database('rows'),
      ids: database('ids'),
      tombstones: database('tombstones'),
      garbage: database('garbage'),
      meta: database('meta'),
    };
  } catch (error) {
    throw storeErrorOf(error, directory, `cannot open ${directory}`);
  }
}

/** Lets go of the files. Rejects with a {@link StoreError} when LMDB did not do so in good order. */
export async function closeEnvironment(
  { root }: LmdbEnvironment,
  directory: string,
): Promise<void> {
  try {
    await root.close();
  } catch (error) {
    throw storeErrorOf(error, directory, `cannot close ${directory}`);
  }
}

/**
 * Runs `puts`, which calls `put` and `remove` of the environment's databases, as one transaction.
 * Resolves when it is on disk and visible; rejects with a {@link StoreError} when it is neither.
 */
export async function commitBatch(
  environment: LmdbEnvironment,
  directory: string,
  puts: () => void,
): Promise<void> {
  try {
    await environment.root.batch(puts);
  } catch (error) {
    const cause = await commitCause(error);
    expectMemoryIntact(cause);
    throw storeErrorOf(cause, directory, 'a commit failed');
  }
}

/**
 * Throws a {@link StoreError} `full` when the disk may lack the room for a commit of so many bytes.
 * LMDB should not find that out by itself: see `expectMemoryIntact`. What is kept free is also what
 * lets documents be deleted on a disk that is full.
 */
export function expectRoomFor(directory: string, byteCount: number): void {
  const free = freeBytes(directory);
  const needed = FREE_BYTES_MIN + byteCount;
  if (free >= needed) return;
  throw new StoreError('full', `${directory} has ${free} bytes free, and ${needed} are needed`);
}

/** LMDB's account of a write that failed, and the room that it gives itself for it. */
const WRITE_ACCOUNT = 'Attempting to write page at position';
const WRITE_ACCOUNT_BYTES_MAX = 103;

/**
 * When a write of pages fails, LMDB describes it in a piece of memory that is too small for some such
 * descriptions. Once it has written past its end nothing that this process computes can be trusted: it
 * must end, and begin again from what is on the disk.
 */
function expectMemoryIntact(error: unknown): void {
  const message = error instanceof Error ? error.message : '';
  const at = message.indexOf(WRITE_ACCOUNT);
  const isIntact = at < 0 || message.length - at <= WRITE_ACCOUNT_BYTES_MAX;
  invariant(isIntact, `LMDB overwrote memory when a write failed: ${message}`);
}

/** Reads through `read`; what LMDB throws becomes a {@link StoreError} that says what was read. */
export function readingOf<T>(directory: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof StoreError ? error : storeErrorOf(error, directory, `reading ${what}`);
  }
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

const EIO = 5;
const ENOSPC = 28;
const EDQUOT = 122;
const MDB_MAP_FULL = -30_792;
/** In order: PAGE_NOTFOUND, CORRUPTED, VERSION_MISMATCH, INVALID, BAD_TXN (of a read), BAD_VALSIZE. */
const DAMAGE_CODES: ReadonlySet<unknown> = new Set([
  -30_797, -30_796, -30_794, -30_793, -30_782, -30_781,
]);
/** Kept free. With less than that, an I/O error on a write means that the disk is full. */
const FREE_BYTES_MIN = 8 * 1024 * 1024;

function storeErrorOf(error: unknown, directory: string, doing: string): StoreError {
  const failure = failureOf((error as { code?: unknown }).code, directory);
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(failure, `${doing}: ${message}`, error);
}

function failureOf(code: unknown, directory: string): StoreFailure {
  if (code === ENOSPC || code === EDQUOT || code === MDB_MAP_FULL) return 'full';
  // LMDB reports a write that came out short, as the last one before a full disk does, as EIO.
  if (code === EIO && freeBytes(directory) < FREE_BYTES_MIN) return 'full';
  return DAMAGE_CODES.has(code) ? 'corrupt' : 'failed';
}

function freeBytes(directory: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(directory);
    // Some file systems do not say how large they are.
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
