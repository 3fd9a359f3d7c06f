/**
 * One server of Annulus as a real process, for benchmarks and integration tests: started with `--json`,
 * ready when it says so, stopped politely, killed, or frozen.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentOf, nodeOptionsOf } from '../../src/cli/node-options.js';
import { CHILD_VARIABLE } from '../../src/cli/server-process.js';

export interface ReadyLine {
  event: 'ready';
  address: string;
  pid: number;
  node_id?: string;
  /** HOST:PORT of the status port, when there is one. */
  http_address?: string | null;
  nodes?: { node_id: string; address: string; pid: number }[];
}

const READY_TIMEOUT_MS = 60_000;
const STDERR_KEPT_BYTES = 64 * 1024;

/** The compiled CLI, from the sources as well as from `dist`. */
export const cliPath: string = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');

export class ServerProcess {
  readonly ready: ReadyLine;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #stderr: () => string;
  #isExitWanted = false;

  private constructor(
    child: ChildProcess,
    ready: ReadyLine,
    exited: Promise<number | null>,
    stderr: () => string,
    name: string,
  ) {
    this.#child = child;
    this.ready = ready;
    this.#exited = exited;
    this.#stderr = stderr;
    child.once('exit', (code, signal) => {
      if (this.#isExitWanted) return;
      console.error(`${name} ended by itself: ${code ?? signal}\n${stderr()}`);
    });
  }

  get address(): string {
    return this.ready.address;
  }

  get pid(): number {
    return this.ready.pid;
  }

  /** The last 64 KiB of what it said on stderr. */
  get stderr(): string {
    return this.#stderr();
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when the server is ready; rejects, with its stderr, when it ends before. */
  static async start(
    args: readonly string[],
    env: Record<string, string> = {},
    execArgv: readonly string[] = [],
  ): Promise<ServerProcess> {
    const child = spawnServer(args, env, execArgv);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT_BYTES);
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const ready = await new Promise<ReadyLine>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${args[0]} is not ready after ${READY_TIMEOUT_MS} ms\n${stderr}`));
      }, READY_TIMEOUT_MS);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`${args.join(' ')} ended with code ${code}\n${stderr}`));
      });
      if (child.stdout === null) throw new Error('no standard output');
      createInterface({ input: child.stdout }).on('line', (line) => {
        const parsed = JSON.parse(line) as { event?: string };
        if (parsed.event !== 'ready') return;
        clearTimeout(timer);
        resolve(parsed as ReadyLine);
      });
    });
    return new ServerProcess(child, ready, exited, () => stderr, args.slice(0, 3).join(' '));
  }

  /** Starts a server and SIGKILLs it soon after, whether it is ready by then or not. */
  static async startAndKill(
    args: readonly string[],
    env: Record<string, string>,
    afterMs: number,
  ): Promise<void> {
    const child = spawnServer(args, env, []);
    child.stdout?.resume();
    child.stderr?.resume();
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await Promise.race([sleep(afterMs), exited]);
    child.kill('SIGKILL');
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#isExitWanted = true;
    this.#child.kill(signal);
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.#exited;
  }
}

/** Its standard input stays open for as long as this process lives, and it stops when that ends. */
function spawnServer(
  args: readonly string[],
  env: Record<string, string>,
  execArgv: readonly string[],
): ChildProcess {
  const nodeArgs = [...nodeOptionsOf(args[0]), ...execArgv];
  const child = spawn(process.execPath, [...nodeArgs, cliPath, ...args, '--json'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...{ ...environmentOf(args[0]), ...process.env },
      ...{ ANNULUS_LOG_LEVEL: 'warn', [CHILD_VARIABLE]: '1', ...env },
    },
  });
  child.stdin.on('error', () => {});
  return child;
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
