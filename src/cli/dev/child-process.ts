/** One server of a dev cluster as a process: its ready line, its end, its signals. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { environmentOf, nodeOptionsOf } from '../node-options.js';
import type { Terminal } from '../output.js';
import { CHILD_VARIABLE } from '../server-process.js';

/** What a server says on stdout. */
export interface ChildMessage {
  event: string;
  [field: string]: unknown;
}

export interface ChildEnd {
  /** For people: `exit code 1`, `SIGKILL`. */
  how: string;
}

export interface Child {
  readonly pid: number;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface ChildListener {
  onMessage(message: ChildMessage): void;
  /** Once, when the process has ended or could not be started. */
  onEnd(end: ChildEnd): void;
}

/** Starts this same program with other arguments. */
export type SpawnChild = (args: readonly string[], listener: ChildListener) => Child;

export function spawnSelf(entry: string, env: Terminal['env']): SpawnChild {
  return (args, listener) => {
    const nodeArgs = [...nodeOptionsOf(args[0]), ...process.execArgv];
    const child = spawn(process.execPath, [...nodeArgs, entry, ...args], {
      env: { ...environmentOf(args[0]), ...env, [CHILD_VARIABLE]: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Held open for as long as this process lives: its end is the child's sign to stop.
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = parseMessage(line);
      if (message !== undefined) listener.onMessage(message);
    });
    let hasEnded = false;
    const end = (how: string) => {
      if (!hasEnded) listener.onEnd({ how });
      hasEnded = true;
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => end(signal ?? `exit code ${code}`));
    return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal) };
  };
}

function parseMessage(line: string): ChildMessage | undefined {
  try {
    const message: unknown = JSON.parse(line);
    const isMessage = typeof message === 'object' && message !== null && 'event' in message;
    return isMessage ? (message as ChildMessage) : undefined;
  } catch {
    return undefined;
  }
}
