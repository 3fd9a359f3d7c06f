/**
 * What a replica knows of its storage, by how it failed. `corrupt` is final: nothing is believed any
 * more. `failed` lasts until the store is opened anew: after a sync that failed nobody knows what the
 * disk has, so nothing more is written, and what was durable before is still read. `full` lasts until
 * a write succeeds.
 */
import type { StoreError, StoreFailure } from './store/partition-store.js';

export type StorageCondition = 'corrupt' | 'failed' | 'full';

export class StorageHealth {
  readonly #details = new Map<StoreFailure, string>();

  /** False: the same was known before. */
  note({ failure, message }: StoreError): boolean {
    if (this.#details.has(failure)) return false;
    this.#details.set(failure, message);
    return true;
  }

  /** Something was written: there is room again. */
  written(): void {
    this.#details.delete('full');
  }

  get hasFailed(): boolean {
    return this.#details.has('failed');
  }

  /** Why nothing is to be believed; undefined: all is. */
  get corruptDetail(): string | undefined {
    return this.#details.get('corrupt');
  }

  /** The worst of what is known; undefined: all is well. */
  get worst(): { condition: StorageCondition; detail: string } | undefined {
    for (const condition of ['corrupt', 'failed', 'full'] as const) {
      const detail = this.#details.get(condition);
      if (detail !== undefined) return { condition, detail };
    }
    return undefined;
  }
}
