/**
 * The folder of a coordinator whose topology is in etcd: it holds the name under which this coordinator
 * is known there, so that it has the same number after a restart, and is locked by its process. A
 * folder with an embedded topology is another kind; neither is ever taken for the other.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockDirectory } from '../base/directory-lock.js';
import { writeDurably } from '../base/durable-file.js';
import { type Random, randomHex } from '../base/random.js';
import { StartupError } from '../base/startup-error.js';

const FILE = 'coordinator.json';
const EMBEDDED = 'topology';
const FORMAT = 1;

export interface CoordinatorFolder {
  /** The coordinator's name in etcd. */
  holder: string;
  release(): Promise<void>;
}

/** Makes the folder where there is none. Rejects with a `StartupError` where it is of another kind. */
export async function openCoordinatorFolder(
  path: string,
  random: Random,
): Promise<CoordinatorFolder> {
  const folder = resolve(path);
  const lock = await lockDirectory(folder);
  try {
    if (existsSync(join(folder, EMBEDDED))) {
      throw new StartupError(
        `${folder} holds the topology of a coordinator without --etcd: use another folder with it`,
      );
    }
    const holder = readHolder(join(folder, FILE)) ?? makeHolder(folder, random);
    return { holder, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Throws a `StartupError` for the folder of a coordinator whose topology is in etcd. */
export function checkEmbeddedFolder(path: string): void {
  if (!existsSync(join(resolve(path), FILE))) return;
  throw new StartupError(`${resolve(path)} is of a coordinator with --etcd: start it with that`);
}

function readHolder(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  let found: { format?: unknown; holder?: unknown };
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as typeof found;
  } catch (error) {
    throw new StartupError(`${path} is damaged: ${(error as Error).message}`, error);
  }
  const { format, holder } = found;
  if (format !== FORMAT) {
    const shown = JSON.stringify(format);
    throw new StartupError(`${path} has format ${shown}; this version reads ${FORMAT}`);
  }
  if (typeof holder === 'string' && /^[0-9a-f]{16,64}$/.test(holder)) return holder;
  throw new StartupError(`${path} is damaged: it has no holder`);
}

function makeHolder(folder: string, random: Random): string {
  const holder = randomHex(random, 32);
  writeDurably(join(folder, FILE), `${JSON.stringify({ format: FORMAT, holder })}\n`);
  return holder;
}
