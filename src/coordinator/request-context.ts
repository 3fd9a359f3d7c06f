/**
 * What a request carries through the coordinator, whatever it asks: when it came, when it must be
 * answered, and whether its caller is still there.
 */
export class RequestContext {
  readonly receivedAtMs: number;
  readonly deadlineAtMs: number;
  #isCancelled = false;
  #listeners: (() => void)[] = [];

  constructor(receivedAtMs: number, deadlineAtMs: number) {
    this.receivedAtMs = receivedAtMs;
    this.deadlineAtMs = deadlineAtMs;
  }

  /** The same caller with less time. */
  within(timeoutMs: number): RequestContext {
    const deadlineAtMs = this.receivedAtMs + timeoutMs;
    if (deadlineAtMs >= this.deadlineAtMs) return this;
    const inner = new RequestContext(this.receivedAtMs, deadlineAtMs);
    if (this.#isCancelled) inner.cancel();
    else this.onCancelled(() => inner.cancel());
    return inner;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** The caller is gone. Listeners run once, in the order they came. */
  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  /** Calls `listener` on cancellation; the result takes it off again. */
  onCancelled(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {
      const index = this.#listeners.lastIndexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
    };
  }
}
