/**
 * Keeps one process running: starts it, waits until it serves, and starts it again, with growing
 * pauses, when it dies without having been told to. Whether it dies at its first start is its
 * owner's concern: that start fails.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Child, ChildMessage, SpawnChild } from './child-process.js';

export const KILL_AFTER_MS = 10_000;
const RESTART_DELAY_MS = 200;
const RESTART_DELAY_MS_MAX = 5000;
/** One that served for this long begins with the shortest pause again. */
const STABLE_AFTER_MS = 10_000;

export type ProcessEvent =
  | { event: 'exited'; name: string; how: string; restartInMs: number }
  | { event: 'restarted'; name: string; pid: number; address: string };

export interface SupervisedOptions {
  name: string;
  clock: Clock;
  spawn: SpawnChild;
  /** Arguments of each start; `address` is where it served before. */
  args(address: string | undefined): readonly string[];
  onEvent(event: ProcessEvent): void;
}

/** What a process that serves has said of itself. */
export interface Serving {
  pid: number;
  address: string;
  message: ChildMessage;
}

export class SupervisedProcess {
  readonly #options: SupervisedOptions;
  #child: Child | undefined;
  #serving: Serving | undefined;
  #servingSinceMs = 0;
  #failures = 0;
  #isStopping = false;
  #restartTimer: Timer | undefined;
  #stopped: (() => void) | undefined;

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The last that is known. */
  get serving(): Serving | undefined {
    return this.#serving;
  }

  /** Resolves when it serves; rejects, with what it said, when it ends before. */
  start(): Promise<Serving> {
    return new Promise((resolve, reject) => {
      this.#spawn(resolve, (how) => reject(new Error(`${this.name} did not start: ${how}`)));
    });
  }

  /** SIGTERM, and SIGKILL for one that is still there 10 s later. */
  stop(): Promise<void> {
    this.#isStopping = true;
    this.#restartTimer?.cancel();
    const child = this.#child;
    if (child === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimer(KILL_AFTER_MS, () => child.kill('SIGKILL'));
      this.#stopped = () => {
        timer.cancel();
        resolve();
      };
      child.kill('SIGTERM');
    });
  }

  /** At once; for when this process has to end at once itself. */
  kill(): void {
    this.#isStopping = true;
    this.#child?.kill('SIGKILL');
  }

  #spawn(onReady: (serving: Serving) => void, onEarlyEnd: (how: string) => void): void {
    let isReady = false;
    let said: string | undefined;
    const child = this.#options.spawn(this.#options.args(this.#serving?.address), {
      onMessage: (message) => {
        if (message.event === 'failed') said = String(message.message);
        if (message.event !== 'ready') return;
        isReady = true;
        this.#servingSinceMs = this.#options.clock.nowMs();
        this.#serving = { pid: child.pid, address: String(message.address), message };
        onReady(this.#serving);
      },
      onEnd: ({ how }) => {
        this.#child = undefined;
        this.#stopped?.();
        if (isReady) this.#onDeath(how);
        else onEarlyEnd(said ?? how);
      },
    });
    this.#child = child;
  }

  #onDeath(how: string): void {
    if (this.#isStopping) return;
    const { clock, onEvent } = this.#options;
    const wasStable = clock.nowMs() - this.#servingSinceMs >= STABLE_AFTER_MS;
    this.#failures = wasStable ? 0 : this.#failures;
    const restartInMs = Math.min(RESTART_DELAY_MS_MAX, RESTART_DELAY_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#servingSinceMs = clock.nowMs();
    onEvent({ event: 'exited', name: this.name, how, restartInMs });
    this.#restartTimer = clock.setTimer(restartInMs, () => {
      const onReady = ({ pid, address }: Serving) =>
        onEvent({ event: 'restarted', name: this.name, pid, address });
      this.#spawn(onReady, (reason) => this.#onDeath(reason));
    });
  }
}
