/**
 * Runs calls: each gets its scope (deadline, signal), is counted so that `close()` can wait for it,
 * keeps the process alive, and is retried as `retry-policy.ts` decides when that is safe.
 */
import { AnnulusError } from '../base/errors.js';
import { RetryBudget } from '../base/retry-budget.js';
import { CallScope } from './call-scope.js';
import { checkTimeout, type ResolvedClientOptions } from './client-options.js';
import { retryDelayMs } from './retry-policy.js';
import { LostWithConnection } from './search-stream.js';
import type { CallOptions } from './types.js';

/**
 * `never`: the call may not happen twice. `budgeted`: as documented at `RetryOptions`.
 * `patient`: for callers that send no more until this is answered, so that retries cannot multiply:
 * no budget and no limit but the deadline.
 */
export type RetryMode = 'never' | 'budgeted' | 'patient';

export class CallRunner {
  readonly #options: ResolvedClientOptions;
  readonly #budget: RetryBudget;
  readonly #active = new Set<CallScope>();
  readonly #watches = new Set<CallScope>();
  readonly #idleListeners: (() => void)[] = [];
  #release: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    const { budgetRatio, budgetPerSecondMin } = options.retry;
    this.#budget = new RetryBudget(
      { ratio: budgetRatio, perSecondMin: budgetPerSecondMin },
      options.ports.clock.nowMs(),
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Runs `work` within a scope, and rejects as soon as that is over. */
  async run<T>(
    call: CallOptions,
    work: (scope: CallScope) => Promise<T>,
    defaultTimeoutMs: number = this.#options.timeoutMs,
  ): Promise<T> {
    const timeoutMs =
      call.timeoutMs === undefined ? defaultTimeoutMs : checkTimeout(call.timeoutMs);
    const scope = this.begin(timeoutMs, call.signal);
    try {
      scope.throwIfOver();
      return await work(scope);
    } finally {
      this.end(scope);
    }
  }

  /** For calls whose end is not a function's end; `end` must follow. Watches end with `drain`. */
  begin(timeoutMs: number, signal: AbortSignal | undefined, isWatch = false): CallScope {
    if (this.#isClosed) throw closedError();
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new AnnulusError('INVALID_ARGUMENT', 'INVALID_FIELD', 'signal is no AbortSignal');
    }
    const scope = new CallScope(this.#options.ports.clock, timeoutMs, signal);
    this.#active.add(scope);
    if (isWatch) this.#watches.add(scope);
    this.#release ??= this.#options.ports.hold();
    return scope;
  }

  end(scope: CallScope): void {
    scope.dispose();
    this.#active.delete(scope);
    this.#watches.delete(scope);
    if (this.#active.size > 0) return;
    this.#release?.();
    this.#release = undefined;
    for (const listener of this.#idleListeners.splice(0)) listener();
  }

  /** Makes attempts until one succeeds, or the policy or the scope says that it is enough. */
  async attempt<T>(scope: CallScope, mode: RetryMode, once: () => Promise<T>): Promise<T> {
    let freeRetries = 1;
    this.#budget.deposit();
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await once();
      } catch (error) {
        if (!(error instanceof AnnulusError) || mode === 'never') throw error;
        scope.throwIfOver();
        const isFree = error instanceof LostWithConnection && freeRetries-- > 0;
        const delayMs = this.retryDelayMs(scope, mode, error, attempts, isFree);
        if (delayMs === undefined) throw error;
        await scope.delay(delayMs);
      }
    }
  }

  /** How long to wait before the next attempt, or undefined: that was the last one. */
  retryDelayMs(
    scope: CallScope,
    mode: RetryMode,
    error: AnnulusError,
    attempts: number,
    isFree = false,
  ): number | undefined {
    if (mode === 'never') return undefined;
    const { retry, ports } = this.#options;
    const nowMs = ports.clock.nowMs();
    const chance = ports.random.next();
    const { remainingMs } = scope;
    const isPatient = mode === 'patient';
    const limits = isPatient ? { ...retry, attemptsMax: Number.POSITIVE_INFINITY } : retry;
    const question = { error, attempts, nowMs, remainingMs, chance, isFree };
    return retryDelayMs(question, limits, isPatient ? undefined : this.#budget);
  }

  /** No new calls, and watches end; resolves when the calls under way have ended. */
  drain(): Promise<void> {
    this.#isClosed = true;
    for (const scope of [...this.#watches]) scope.fail(closedError());
    if (this.#active.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  /** Ends every call at once. */
  failActive(): void {
    for (const scope of [...this.#active]) scope.fail(closedError());
  }
}

function closedError(): AnnulusError {
  return new AnnulusError('CANCELLED', 'CANCELLED', 'this client has been closed');
}
