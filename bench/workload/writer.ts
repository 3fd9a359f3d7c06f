/**
 * Writes without end until told to stop: new documents, new editions of old ones, deletions, and
 * deleted ones again. A write that fails for a passing reason is sent again until it is acknowledged,
 * on top of what the SDK does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AnnulusError } from '../../src/base/errors.js';
import { type Random, randomInt } from '../../src/base/random.js';
import type { AnnulusClient, UpsertResult } from '../../src/client/index.js';
import { documentOf } from './document-of.js';
import type { Content, Ledger } from './ledger.js';

export interface WriterOptions {
  /** Of a batch at most. */
  batchDocumentsMax: number;
  /** Ids that a writer uses; once it has used them all it writes no others. */
  documentsMax: number;
  /** Rest after each batch. */
  pauseMs: number;
}

export const defaultWriterOptions: WriterOptions = {
  batchDocumentsMax: 40,
  documentsMax: Number.POSITIVE_INFINITY,
  pauseMs: 0,
};

/** Of this many batches one deletes. */
const BATCHES_PER_DELETION = 8;
const REWRITTEN_RATIO = 0.25;
/** Of the ids written again, those that had been deleted. */
const REVIVED_RATIO = 0.2;
const DELETED_AT_ONCE_MAX = 5;
const PAUSE_AFTER_FAILURE_MS = 20;

export class Writer {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #prefix: string;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #options: WriterOptions;
  /** Ids that exist, those that do not any more, and the last edition of every id. */
  readonly #existing: string[] = [];
  readonly #deleted: string[] = [];
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
    options: WriterOptions = defaultWriterOptions,
  ) {
    this.#client = client;
    this.#collection = collection;
    this.#prefix = prefix;
    this.#ledger = ledger;
    this.#random = random;
    this.#options = options;
  }

  /** Resolves once stopped, with nothing under way. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const isDeletion = randomInt(this.#random, BATCHES_PER_DELETION) === 0;
      if (isDeletion && this.#existing.length > 0) await this.#delete();
      else await this.#upsert();
      this.batchCount += 1;
      if (this.#options.pauseMs > 0) await sleep(this.#options.pauseMs);
    }
  }

  /** An id that was written at some time; undefined when none was. */
  anyId(random: Random): string | undefined {
    const number = randomInt(random, Math.max(1, this.#editions.size));
    return this.#editions.size === 0 ? undefined : `${this.#prefix}-${number}`;
  }

  async #upsert(): Promise<void> {
    const ids = new Set<string>();
    const count = 1 + randomInt(this.#random, this.#options.batchDocumentsMax);
    for (let i = 0; i < count; i += 1) ids.add(this.#oldOrNewId());
    const editionOf = (id: string) => (this.#editions.get(id) ?? 0) + 1;
    const documents = [...ids].map((id) => documentOf(id, editionOf(id)));
    for (const { id } of documents) this.#editions.set(id, editionOf(id));
    await this.#writeAll(
      [...ids],
      (id) => this.#editions.get(id) ?? 0,
      (pending) => {
        const batch = documents.filter(({ id }) => pending.has(id));
        return this.#client.upsert(this.#collection, batch, { collectFailures: true });
      },
    );
  }

  /** An id that is to get its next edition. */
  #oldOrNewId(): string {
    const isFull = this.#editions.size >= this.#options.documentsMax;
    const isOld = isFull || this.#random.next() < REWRITTEN_RATIO;
    const isRevived = isOld && this.#random.next() < REVIVED_RATIO;
    if (isRevived || this.#existing.length === 0) {
      const revived = takeAny(this.#deleted, this.#random);
      if (revived !== undefined) {
        this.#existing.push(revived);
        return revived;
      }
    }
    if (isOld && this.#existing.length > 0) {
      return this.#existing[randomInt(this.#random, this.#existing.length)] as string;
    }
    const id = `${this.#prefix}-${this.#editions.size}`;
    this.#existing.push(id);
    this.#editions.set(id, 0);
    return id;
  }

  async #delete(): Promise<void> {
    const count = 1 + randomInt(this.#random, DELETED_AT_ONCE_MAX);
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const id = takeAny(this.#existing, this.#random);
      if (id !== undefined) ids.push(id);
    }
    await this.#writeAll(
      ids,
      () => 'deleted',
      (pending) => this.#client.delete(this.#collection, [...pending], { collectFailures: true }),
    );
    this.#deleted.push(...ids);
  }

  async #writeAll(
    ids: readonly string[],
    contentOf: (id: string) => Content,
    send: (pending: ReadonlySet<string>) => Promise<Pick<UpsertResult, 'failures' | 'version'>>,
  ): Promise<void> {
    for (const id of ids) this.#ledger.sending(id, contentOf(id));
    let pending = new Set(ids);
    while (pending.size > 0) {
      const { failures, version } = await this.#attempt(() => send(pending));
      const failedIds = new Set(failures.map(({ id }) => id));
      for (const id of pending) if (!failedIds.has(id)) this.#ledger.acknowledged(id, version);
      pending = failedIds;
    }
  }

  /** Repeats a request that failed as a whole for a passing reason. */
  async #attempt<T extends Pick<UpsertResult, 'failures'>>(send: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await send();
        for (const { error } of result.failures) this.#note(error);
        if (result.failures.length > 0) await sleep(PAUSE_AFTER_FAILURE_MS);
        return result;
      } catch (error) {
        this.#note(error);
        await sleep(PAUSE_AFTER_FAILURE_MS);
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

function takeAny(ids: string[], random: Random): string | undefined {
  if (ids.length === 0) return undefined;
  const at = randomInt(random, ids.length);
  const taken = ids[at];
  ids[at] = ids.at(-1) as string;
  ids.pop();
  return taken;
}
