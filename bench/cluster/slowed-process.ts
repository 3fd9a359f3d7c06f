/**
 * A process made slow from outside: frozen and thawed in turns, so that everything it does takes
 * longer, answers to probes included. What a noisy neighbour or a failing disk does to a node.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.js';

export class SlowedProcess {
  readonly #server: ServerProcess;
  readonly #over: Promise<void>;
  #isOver = false;

  /** Of every `frozenMs + runningMs` it stands still for `frozenMs`. */
  constructor(server: ServerProcess, frozenMs: number, runningMs: number) {
    this.#server = server;
    this.#over = this.#alternate(frozenMs, runningMs);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#over;
  }

  async #alternate(frozenMs: number, runningMs: number): Promise<void> {
    while (!this.#isOver && !this.#server.hasExited) {
      this.#server.signal('SIGSTOP');
      await sleep(frozenMs);
      this.#server.signal('SIGCONT');
      await sleep(runningMs);
    }
  }
}
