/**
 * Writes without end until told to stop: new documents, new editions of old ones, deletions. A write
 * that fails for a passing reason is sent again until it is acknowledged, on top of what the SDK does.
 */
import { AnnulusError } from '../../src/base/errors.js';
import { type Random, randomInt } from '../../src/base/random.js';
import type { AnnulusClient, UpsertResult } from '../../src/client/index.js';
import { documentOf, type Ledger } from './ledger.js';

const BATCH_DOCUMENTS_MAX = 40;
/** Of this many batches one deletes. */
const BATCHES_PER_DELETION = 8;
const REWRITTEN_RATIO = 0.25;

export class IngestWriter {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #prefix: string;
  readonly #ledger: Ledger;
  readonly #random: Random;
  /** Ids that exist, and the last edition of every id. */
  readonly #existing: string[] = [];
  readonly #editions = new Map<string, number>();
  /** Requests answered in full, and attempts that failed although the SDK had retried. */
  batchCount = 0;
  failedAttemptCount = 0;

  constructor(
    client: AnnulusClient,
    collection: string,
    prefix: string,
    ledger: Ledger,
    random: Random,
  ) {
    this.#client = client;
    this.#collection = collection;
    this.#prefix = prefix;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Resolves once stopped, with nothing under way. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const isDeletion = randomInt(this.#random, BATCHES_PER_DELETION) === 0;
      if (isDeletion && this.#existing.length > 0) await this.#delete();
      else await this.#upsert();
      this.batchCount += 1;
    }
  }

  async #upsert(): Promise<void> {
    const ids = new Set<string>();
    const count = 1 + randomInt(this.#random, BATCH_DOCUMENTS_MAX);
    for (let i = 0; i < count; i += 1) ids.add(this.#oldOrNewId());
    const documents = [...ids].map((id) => documentOf(id, this.#editions.get(id) ?? 0));
    let pending = documents;
    while (pending.length > 0) {
      const { failures, version } = await this.#attempt(() =>
        this.#client.upsert(this.#collection, pending, { collectFailures: true }),
      );
      const failedIds = new Set(failures.map(({ id }) => id));
      for (const { id } of pending) {
        const edition = this.#editions.get(id) ?? 0;
        if (!failedIds.has(id)) this.#ledger.acknowledged(id, edition, version);
      }
      pending = pending.filter(({ id }) => failedIds.has(id));
    }
  }

  /** An id that is to get its next edition. */
  #oldOrNewId(): string {
    const isOld = this.#random.next() < REWRITTEN_RATIO && this.#existing.length > 0;
    const id = isOld
      ? (this.#existing[randomInt(this.#random, this.#existing.length)] as string)
      : `${this.#prefix}-${this.#editions.size}`;
    if (!isOld) this.#existing.push(id);
    this.#editions.set(id, (this.#editions.get(id) ?? 0) + 1);
    return id;
  }

  async #delete(): Promise<void> {
    const count = Math.min(this.#existing.length, 1 + randomInt(this.#random, 5));
    let pending: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const at = randomInt(this.#random, this.#existing.length);
      pending.push(...this.#existing.splice(at, 1));
    }
    while (pending.length > 0) {
      const { failures, version } = await this.#attempt(() =>
        this.#client.delete(this.#collection, pending, { collectFailures: true }),
      );
      const failedIds = new Set(failures.map(({ id }) => id));
      for (const id of pending) {
        if (!failedIds.has(id)) this.#ledger.acknowledged(id, 'deleted', version);
      }
      pending = pending.filter((id) => failedIds.has(id));
    }
  }

  /** Repeats a request that failed as a whole for a passing reason. */
  async #attempt<T extends Pick<UpsertResult, 'failures' | 'version'>>(
    send: () => Promise<T>,
  ): Promise<T> {
    for (;;) {
      try {
        const result = await send();
        for (const { error } of result.failures) this.#note(error);
        return result;
      } catch (error) {
        this.#note(error);
      }
    }
  }

  /** Throws what resending cannot mend. */
  #note(error: unknown): void {
    const isPassing =
      error instanceof AnnulusError && (error.isRetriable || error.code === 'DEADLINE_EXCEEDED');
    if (!isPassing) throw error;
    this.failedAttemptCount += 1;
  }
}
