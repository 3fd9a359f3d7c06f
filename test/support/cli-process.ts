/** The built command line as a process, the way its users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

const entry = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const READY_LIMIT_MS = 60_000;

export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export type Message = Record<string, unknown> & { event: string };

export class CliProcess {
  readonly child: ChildProcess;
  readonly messages: Message[] = [];
  readonly finished: Promise<Finished>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Record<string, string> = {}, stdin = '') {
    this.child = spawn(process.execPath, [entry, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    createInterface({ input: stdout }).on('line', (line) => {
      this.#stdout += `${line}\n`;
      if (line.startsWith('{"event"')) this.messages.push(JSON.parse(line) as Message);
    });
    stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.child.stdin?.end(stdin);
    this.finished = new Promise((resolve) => {
      this.child.on('close', (exitCode) =>
        resolve({ exitCode, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  message(event: string): Message | undefined {
    return this.messages.findLast((one) => one.event === event);
  }

  /** The ready line; rejects, with what it said, when the process ends before. */
  async ready(): Promise<Message> {
    let end: Finished | undefined;
    void this.finished.then((finished) => {
      end = finished;
    });
    await until(() => this.message('ready') !== undefined || end !== undefined, READY_LIMIT_MS);
    const ready = this.message('ready');
    if (ready !== undefined) return ready;
    throw new Error(`it ended: ${JSON.stringify(end)}`);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

/** Runs a command to its end. */
export function cli(args: string, env: Record<string, string> = {}, stdin = ''): Promise<Finished> {
  return new CliProcess(args.split(' '), env, stdin).finished;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
