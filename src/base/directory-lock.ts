/**
 * One live process per directory. The kernel keeps the lock, so a process that is killed lets go of
 * it: the holder listens on a Unix socket in the directory, and a socket that refuses connections
 * belongs to the dead.
 *
 * Each claimant first listens on a socket of its own, then looks for others. Of two that start at
 * once at least one sees the other and gives up (perhaps both do; never do both stay). Names are
 * never used twice, so removing a dead one's socket cannot hit a living one. A socket gets its final
 * name once it listens: under it, refusing means dead.
 */
import { closeSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { makeDirectory } from './sync-directory.js';
import { randomHex } from './system-random.js';

const PREFIX = 'lock-';
const PENDING_PREFIX = 'pending-';
/** The kernel's limit for a socket's path, less a byte. */
const SOCKET_PATH_BYTES_MAX = process.platform === 'darwin' ? 103 : 107;
const SOCKET_NAME_BYTES = 48;

export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
  readonly directory: string;
  /** The process that holds it, as it named itself. */
  readonly holderPid: number | undefined;

  constructor(directory: string, holderPid: number | undefined) {
    const holder = holderPid === undefined ? 'another process' : `process ${holderPid}`;
    super(`directory ${directory} is in use by ${holder}`);
    this.directory = directory;
    this.holderPid = holderPid;
  }
}

export interface DirectoryLock {
  /** Lets another process have the directory. Idempotent. */
  release(): Promise<void>;
}

/**
 * Makes the directory where it does not exist and locks it until `release` or the end of the
 * process. Rejects with {@link DirectoryLockedError} when a live process (this one included) has it.
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  const directory = resolve(path);
  makeDirectory(directory, 0o700);
  const short = shortenedPath(directory);
  const name = `${PREFIX}${process.pid}-${randomHex(8)}`;
  const pending = `${PENDING_PREFIX}${name}`;
  let server: Server | undefined;
  const release = async () => {
    rmSync(join(directory, name), { force: true });
    const closing = server;
    server = undefined;
    if (closing !== undefined) await new Promise((done) => closing.close(done));
    short.dispose();
  };
  try {
    server = await listen(join(short.path, pending));
    renameSync(join(directory, pending), join(directory, name));
    for (const other of readdirSync(directory)) {
      if (!other.startsWith(PREFIX) || other === name) continue;
      if (await isAlive(join(short.path, other))) {
        throw new DirectoryLockedError(directory, pidOf(other));
      }
      rmSync(join(directory, other), { force: true });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** A path to the directory that leaves room for a socket's name; Linux can name any in few bytes. */
function shortenedPath(directory: string): { path: string; dispose(): void } {
  if (Buffer.byteLength(directory) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES_MAX) {
    return { path: directory, dispose() {} };
  }
  if (process.platform !== 'linux') {
    const limit = SOCKET_PATH_BYTES_MAX - SOCKET_NAME_BYTES;
    throw new Error(`the path of directory ${directory} is longer than ${limit} bytes`);
  }
  let fd: number | undefined = openSync(directory, 'r');
  return {
    path: `/proc/self/fd/${fd}`,
    dispose() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', fail);
    server.listen(path, () => {
      server.unref();
      done(server);
    });
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    // Whatever else goes wrong (no permission, a full backlog), somebody may be there.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      done(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function pidOf(name: string): number | undefined {
  const pid = Number(name.slice(PREFIX.length).split('-')[0]);
  return Number.isSafeInteger(pid) ? pid : undefined;
}
