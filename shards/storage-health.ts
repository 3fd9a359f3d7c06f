/**
 * What a replica knows of its storage, by how it failed. `corrupt` and `failed` last until the store
 * is opened anew, and verified as a whole. Of what is corrupt nothing is believed. After a sync that
 * failed nobody knows what the disk has, so nothing more is written, and what was durable before is
 * still read. `full` lasts until a write succeeds, or none was tried for a while.
 */
import type { StoreError } from './store/partition-store.js';

export type StorageCondition = 'corrupt' | 'failed' | 'full';

const FULL_MS = 10_000;

export class StorageHealth {
  #corrupt: string | undefined;
  #failed: string | undefined;
  #full: { detail: string; untilMs: number } | undefined;

  /** False: the same was known before. */
  note({ failure, message }: StoreError, nowMs: number): boolean {
    switch (failure) {
      case 'full': {
        const isNew = this.#full === undefined || nowMs >= this.#full.untilMs;
        this.#full = { detail: message, untilMs: nowMs + FULL_MS };
        return isNew;
      }
      case 'corrupt': {
        const isNew = this.#corrupt === undefined;
        this.#corrupt ??= message;
        return isNew;
      }
      default: {
        const isNew = this.#failed === undefined;
        this.#failed ??= message;
        return isNew;
      }
    }
  }

  /** Something was written: there is room again. */
  written(): void {
    this.#full = undefined;
  }

  get hasFailed(): boolean {
    return this.#failed !== undefined;
  }

  /** Why nothing is to be believed; undefined: all is. */
  get corruptDetail(): string | undefined {
    return this.#corrupt;
  }

  /** The worst of what is known; undefined: all is well. */
  worst(nowMs: number): { condition: StorageCondition; detail: string } | undefined {
    if (this.#corrupt !== undefined) return { condition: 'corrupt', detail: this.#corrupt };
    if (this.#failed !== undefined) return { condition: 'failed', detail: this.#failed };
    if (this.#full === undefined || nowMs >= this.#full.untilMs) return undefined;
    return { condition: 'full', detail: this.#full.detail };
  }
}
