/**
 * Cuts a sequence of documents into batches: none has more documents or bytes than allowed, except
 * that a document which alone is too large for a batch gets one of its own.
 */
export interface BatchLimits {
  documentCount: number;
  bytes: number;
}

export class BatchBuilder<T extends { byteCount: number }> {
  readonly #limits: BatchLimits;
  #items: T[] = [];
  #bytes = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Adds an item; returns the batches that are complete with it, in order: none, one or two. */
  add(item: T): T[][] {
    const complete: T[][] = [];
    const isTooMuch = this.#bytes + item.byteCount > this.#limits.bytes;
    if (isTooMuch && this.#items.length > 0) complete.push(this.#take());
    this.#items.push(item);
    this.#bytes += item.byteCount;
    const isFull =
      this.#items.length >= this.#limits.documentCount || this.#bytes >= this.#limits.bytes;
    if (isFull) complete.push(this.#take());
    return complete;
  }

  /** What is left, if anything. */
  flush(): T[] | undefined {
    return this.#items.length === 0 ? undefined : this.#take();
  }

  #take(): T[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    return items;
  }
}
