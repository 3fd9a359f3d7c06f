/**
 * What is under way, by number or name: a `Map` that lets go of what is taken off.
 *
 * V8 replaces the table of a `Map` every so many changes. The old table keeps its entries and points to
 * the new one, for iterators that may still be on it. Once one such table is in the old generation, it
 * is garbage that stays until the next full collection, and keeps its successor alive, which keeps the
 * next: in a map whose entries come and go, nearly all that ever was under way outlives its time, and
 * every collection of young objects has to copy it. Here tables hold cells, and a cell is emptied when
 * its entry goes.
 */
interface Cell<V> {
  value: V | undefined;
}

export class InFlight<K extends number | string, V> {
  readonly #cells = new Map<K, Cell<V>>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: K): boolean {
    return this.#cells.has(key);
  }

  get(key: K): V | undefined {
    return this.#cells.get(key)?.value;
  }

  /** What had the key before goes. */
  set(key: K, value: V): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, { value });
    else cell.value = value;
  }

  /** False when there was none. */
  delete(key: K): boolean {
    const cell = this.#cells.get(key);
    if (cell === undefined) return false;
    cell.value = undefined;
    return this.#cells.delete(key);
  }

  clear(): void {
    for (const cell of this.#cells.values()) cell.value = undefined;
    this.#cells.clear();
  }

  /** In the order in which they came; what comes or goes meanwhile is seen as it is then. */
  *[Symbol.iterator](): Generator<[K, V]> {
    for (const [key, { value }] of this.#cells) yield [key, value as V];
  }
}
