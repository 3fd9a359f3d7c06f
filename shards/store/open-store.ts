/**
 * Opens the store of a partition replica, or makes it.
 *
 * A store is made beside its place and renamed into it when it is complete. So a directory with
 * anything in it holds a store that was complete once, and whatever is not right with it now is
 * damage: it is never taken for a new one, and never silently made anew.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../../src/base/clock.js';
import { invariant } from '../../src/base/invariant.js';
import { checkPages } from '../../src/base/lmdb-page-check.js';
import { DamagedDataFile } from '../../src/base/lmdb-page-layout.js';
import { syncDirectory, syncFile } from '../../src/base/sync-directory.js';
import {
  encodeIdentity,
  encodeState,
  IDENTITY_KEY,
  STATE_KEY,
  STORE_FORMAT,
  type StoreIdentity,
} from './key-layout.js';
import {
  commitBatch,
  DATA_FILE,
  expectRoomFor,
  openEnvironment,
  readingOf,
} from './lmdb-environment.js';
import { LmdbPartitionStore } from './lmdb-partition-store.js';
import { verifyIdentity, verifyStore } from './lmdb-verify.js';
import { type PartitionStore, StoreError } from './partition-store.js';
import { EMPTY_STATE } from './store-state.js';

export interface OpenStoreOptions {
  /** The store's own: nothing else may be kept in it. Made, with its parents, when a store is. */
  directory: string;
  collection: string;
  partition: number;
  dimension: number;
  /** Make an empty store where there is none; otherwise that is a failure, `missing`. */
  create: boolean;
  /** Verification yields to the event loop through it. */
  clock: Clock;
  /** For the power-loss tests alone: skip every sync, so that they can show that they notice. */
  plantedNoSync?: boolean;
}

const openDirectories = new Set<string>();

/**
 * Opens the store and verifies all of it (see `lmdb-verify.ts`), in slices of a few milliseconds.
 * Rejects with a {@link StoreError}: `missing`, `corrupt` (also: the store of another replica, or of
 * another format), `full`, or `failed`.
 */
export async function openPartitionStore(options: OpenStoreOptions): Promise<PartitionStore> {
  const directory = resolve(options.directory);
  invariant(!openDirectories.has(directory), `${directory} is open already`);
  openDirectories.add(directory);
  try {
    return await openExclusively(directory, options);
  } catch (error) {
    openDirectories.delete(directory);
    throw error;
  }
}

async function openExclusively(
  directory: string,
  { collection, partition, dimension, create, clock, plantedNoSync }: OpenStoreOptions,
): Promise<LmdbPartitionStore> {
  const identity = { format: STORE_FORMAT, collection, partition, dimension };
  if (isAbsent(directory)) {
    if (!create) throw new StoreError('missing', `there is no store at ${directory}`);
    await makeStore(directory, identity, plantedNoSync);
  }
  const file = join(directory, DATA_FILE);
  if (!existsSync(file)) throw new StoreError('corrupt', `${file} is gone`);
  makeDurable(directory, file);
  await runInSlices(clock, checkPages(file), damageAsCorrupt);
  const environment = openEnvironment(directory, plantedNoSync);
  try {
    readingOf(directory, 'the identity record', () => verifyIdentity(environment, identity));
    const verified = await runInSlices(clock, verifyStore(environment, dimension), (step) =>
      readingOf(directory, 'the store', step),
    );
    return new LmdbPartitionStore(environment, directory, dimension, verified, () => {
      openDirectories.delete(directory);
    });
  } catch (error) {
    await environment.root.close();
    throw error;
  }
}

export function damageAsCorrupt<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DamagedDataFile)) throw error;
    throw new StoreError('corrupt', error.message, error);
  }
}

function isAbsent(directory: string): boolean {
  return !existsSync(directory) || readdirSync(directory).length === 0;
}

async function makeStore(
  directory: string,
  identity: StoreIdentity,
  plantedNoSync: boolean | undefined,
): Promise<void> {
  const parent = dirname(directory);
  const nursery = join(parent, `.new-${basename(directory)}`);
  try {
    rmSync(nursery, { recursive: true, force: true });
    mkdirSync(nursery, { recursive: true });
    expectRoomFor(nursery, 0);
    const environment = openEnvironment(nursery, plantedNoSync);
    try {
      await commitBatch(environment, nursery, () => {
        environment.meta.put(IDENTITY_KEY, encodeIdentity(identity));
        environment.meta.put(STATE_KEY, encodeState(EMPTY_STATE));
      });
    } finally {
      await environment.root.close();
    }
    syncDirectory(nursery);
    renameSync(nursery, directory);
    syncNames(directory);
  } catch (error) {
    // What is left of the attempt is cleared away by the next one.
    if (error instanceof StoreError) throw error;
    const failure = (error as { code?: unknown }).code === 'ENOSPC' ? 'full' : 'failed';
    throw new StoreError(failure, `cannot make a store at ${directory}`, error);
  }
}

/**
 * What is found is only now known to be on the disk: a process that was killed may have committed what
 * it had no time to sync, and after a failed sync the cache may hold what the disk does not. Writes
 * that are sent again are acknowledged because they are found, so it must be there for good.
 */
function makeDurable(directory: string, file: string): void {
  try {
    syncFile(file);
    syncNames(directory);
  } catch (error) {
    throw new StoreError('failed', `cannot sync ${directory}: ${String(error)}`, error);
  }
}

/** The names of the store, and of the replica's folder that it is in. */
function syncNames(directory: string): void {
  const folder = dirname(directory);
  syncDirectory(folder);
  syncDirectory(dirname(folder));
}

/** Steps through `work`, letting other work of the event loop go first after every slice. */
export async function runInSlices<T>(
  clock: Clock,
  work: Generator<void, T>,
  around: <S>(step: () => S) => S = (step) => step(),
): Promise<T> {
  while (true) {
    const step = around(() => work.next());
    if (step.done === true) return step.value;
    await new Promise<void>((resume) => {
      clock.defer(resume);
    });
  }
}
