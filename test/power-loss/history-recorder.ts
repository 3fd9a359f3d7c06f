/**
 * From system calls to the history of a folder. Calls that could change its files in a way that is
 * not understood here (a writable mapping, a copied descriptor, a copy inside the kernel) are errors:
 * a history that misses a write proves nothing.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentsOf, DiskHistory, type Moments } from './disk-history.js';
import {
  descriptorOf,
  parseStrace,
  type SystemCall,
  splitArgs,
  stringBytes,
  vectorBytes,
} from './strace-text.js';

/** Everything that can change files, for `strace -e trace=`. */
export const RECORDED_CALLS = [
  ...['open', 'openat', 'openat2', 'creat', 'dup', 'dup2', 'dup3', 'lseek'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'ftruncate', 'truncate', 'fallocate'],
  ...['fsync', 'fdatasync', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir'],
  ...['mkdir', 'mkdirat', 'link', 'linkat', 'symlink', 'symlinkat', 'mmap', 'io_uring_setup'],
  ...['copy_file_range', 'sendfile', 'splice'],
];

interface Descriptor {
  offset: number;
  isSynced: boolean;
  appends: boolean;
}

/** Sockets that say who holds the folder: they mean nothing after a power loss. */
const LOCK = /^(pending-)?lock-[^/]*$/;
/** LMDB's table of readers: mapped memory, made anew by whoever opens the environment first. */
const READERS_FILE = 'lock.mdb';

export class HistoryRecorder {
  readonly history = new DiskHistory();
  readonly #root: string;
  readonly #markers: string;
  #descriptors = new Map<number, Descriptor>();
  #position = 0;

  /** `root`: the folder, which exists and is empty. `markers`: the file of the marker lines. */
  constructor(root: string, markers: string) {
    this.#root = root;
    this.#markers = markers;
  }

  /** One process's life, which is over: what its last calls did can be seen in the folder. */
  add(straceText: string): void {
    this.#descriptors = new Map();
    const { calls, nextPosition } = parseStrace(straceText, this.#position, (_, args) => {
      const head = args.slice(0, 1_000);
      return head.includes(this.#root) || head.includes(this.#markers);
    });
    this.#position = nextPosition;
    for (const call of calls) {
      // What the process did not live to see the end of was over when the process was.
      if (call.result === undefined) call.endedAt = nextPosition - 1;
      this.#apply(call);
    }
    this.#verify('');
  }

  #apply(call: SystemCall): void {
    if (call.result !== undefined && call.result < 0) return;
    const args = splitArgs(call.args);
    const [first = ''] = args;
    switch (call.name) {
      case 'open':
      case 'creat':
        this.#open(call, first, args[1] ?? '');
        break;
      case 'openat':
        this.#open(call, args[1] ?? '', args[2] ?? '');
        break;
      case 'lseek':
        this.#seek(call, first);
        break;
      case 'write':
      case 'writev':
      case 'pwrite64':
      case 'pwritev':
        this.#write(call, args);
        break;
      case 'ftruncate':
        this.#resize(call, first, Number(args[1]));
        break;
      case 'fsync':
      case 'fdatasync':
        this.#sync(call, first);
        break;
      case 'mmap':
        this.#map(args);
        break;
      default:
        this.#changeNames(call, args);
    }
  }

  #changeNames(call: SystemCall, args: string[]): void {
    const paths = args
      .filter((arg) => arg.startsWith('"'))
      .map((arg) => this.#relative(stringBytes(arg).toString()));
    const [path, to] = paths;
    if (path === undefined || LOCK.test(path)) return;
    const moments = momentsOf(call);
    const isThere = existsSync(join(this.#root, path));
    const isUnknown = call.result === undefined;
    switch (call.name) {
      case 'rename':
      case 'renameat':
      case 'renameat2':
        if (to === undefined) throw new Error(`recorder: ${path} renamed out of the folder`);
        if (!isUnknown || !isThere) this.history.rename(path, to, moments);
        break;
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        if (!isUnknown || !isThere) this.history.remove(path, moments);
        break;
      case 'mkdir':
      case 'mkdirat':
        if (!isUnknown || isThere) this.history.make(path, 'folder', moments);
        break;
      default:
        throw new Error(`recorder: cannot follow ${call.name}(${call.args.slice(0, 300)})`);
    }
  }

  #resize(call: SystemCall, fdArg: string, size: number): void {
    const { path } = descriptorOf(fdArg);
    const node = this.#nodeAt(path);
    if (node === undefined || !hasResized(call, path, size)) return;
    this.history.change(node, { kind: 'resize', size, ...momentsOf(call) });
  }

  #sync(call: SystemCall, fdArg: string): void {
    const node = this.#nodeAt(descriptorOf(fdArg).path);
    if (node === undefined || call.result !== 0) return;
    this.history.sync(node, { call: call.name, ...momentsOf(call) });
  }

  #open(call: SystemCall, pathArg: string, flags: string): void {
    const absolute = call.resultPath ?? stringBytes(pathArg).toString();
    const path = this.#relative(absolute);
    if (path === undefined || LOCK.test(path)) return;
    let node = this.history.find(path);
    if (node === undefined) {
      if (call.result === undefined && !existsSync(absolute)) return;
      if (!flags.includes('O_CREAT')) throw new Error(`recorder: opened unknown ${path}`);
      node = this.history.make(path, 'file', momentsOf(call));
    } else if (flags.includes('O_TRUNC') && hasResized(call, absolute, 0)) {
      this.history.change(node, { kind: 'resize', size: 0, ...momentsOf(call) });
    }
    if (call.result === undefined) return;
    const isSynced = /O_D?SYNC/.test(flags);
    const appends = flags.includes('O_APPEND');
    this.#descriptors.set(call.result, { offset: 0, isSynced, appends });
  }

  #seek(call: SystemCall, fdArg: string): void {
    const descriptor = this.#descriptors.get(descriptorOf(fdArg).fd);
    if (descriptor !== undefined && call.result !== undefined) descriptor.offset = call.result;
  }

  #write(call: SystemCall, args: string[]): void {
    const [fdArg = '', data = ''] = args;
    const { fd, path } = descriptorOf(fdArg);
    if (path === this.#markers) {
      const lines = stringBytes(data).toString().trimEnd().split('\n');
      for (const line of lines) this.history.mark(call.beganAt, line);
      return;
    }
    const node = this.#nodeAt(path);
    if (node === undefined) return;
    const descriptor = this.#descriptors.get(fd);
    if (descriptor === undefined || descriptor.appends) {
      throw new Error(`recorder: cannot follow a write to ${path}`);
    }
    const isPositioned = call.name.startsWith('p');
    const offset = isPositioned ? Number(args[3]) : descriptor.offset;
    let bytes = data.startsWith('[') ? vectorBytes(data) : stringBytes(data);
    if (call.result === undefined) bytes = this.#found(path, offset, bytes.length);
    else bytes = bytes.subarray(0, call.result);
    if (!isPositioned) descriptor.offset += bytes.length;
    const isSynced = descriptor.isSynced && call.result !== undefined;
    this.history.change(node, { kind: 'write', offset, bytes, isSynced, ...momentsOf(call) });
  }

  /** What a write that the process did not survive left behind. */
  #found(absolute: string, offset: number, length: number): Buffer {
    return readFileSync(absolute).subarray(offset, offset + length);
  }

  #map(args: string[]): void {
    const [, , protection = '', flags = '', fdArg = ''] = args;
    const path = this.#relative(/<(.*)>/.exec(fdArg)?.[1] ?? '');
    if (path === undefined || path.endsWith(READERS_FILE)) return;
    if (protection.includes('PROT_WRITE') && flags.includes('MAP_SHARED')) {
      throw new Error(`recorder: ${path} is written through memory, which nobody can follow`);
    }
  }

  #nodeAt(absolute: string): number | undefined {
    const path = this.#relative(absolute);
    if (path === undefined || absolute.endsWith('(deleted)')) return undefined;
    const node = this.history.find(path);
    if (node === undefined) throw new Error(`recorder: unknown ${path}`);
    return path.endsWith(READERS_FILE) ? undefined : node;
  }

  /** Undefined: not in the folder. */
  #relative(absolute: string): string | undefined {
    if (absolute === this.#root) return '';
    return absolute.startsWith(`${this.#root}/`)
      ? absolute.slice(this.#root.length + 1)
      : undefined;
  }

  /** Throws when the folder is not what the history makes of it. */
  #verify(folder: string): void {
    const known = [...this.history.paths().keys()];
    const expected = known.filter(
      (path) => (dirname(path) === '.' ? '' : dirname(path)) === folder,
    );
    const inFolder = (name: string) => (folder === '' ? name : `${folder}/${name}`);
    const found = readdirSync(join(this.#root, folder)).map(inFolder);
    const real = found.filter((path) => !LOCK.test(path));
    if (real.sort().join() !== expected.sort().join()) {
      throw new Error(`recorder: ${folder} has ${real.join()}, the history ${expected.join()}`);
    }
    for (const path of real) {
      if (lstatSync(join(this.#root, path)).isDirectory()) this.#verify(path);
      else if (!path.endsWith(READERS_FILE)) this.#verifyFile(path);
    }
  }

  #verifyFile(path: string): void {
    const node = this.history.nodes[this.history.find(path) ?? -1];
    const expected = contentsOf(node?.changes ?? []);
    if (!readFileSync(join(this.#root, path)).equals(expected)) {
      throw new Error(`recorder: ${path} is not what the history makes of it`);
    }
  }
}

/** A process that was killed in the middle of the call may have died before it did anything. */
function hasResized({ result }: SystemCall, absolute: string, size: number): boolean {
  return result !== undefined || (existsSync(absolute) && lstatSync(absolute).size === size);
}

function momentsOf({ beganAt, endedAt }: SystemCall): Moments {
  return { beganAt, endedAt };
}
