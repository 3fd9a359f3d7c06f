/**
 * A bulk load: documents are taken from their source no faster than the cluster takes them, and
 * travel in batches, several at once. Two batches that share an id are never under way together, so
 * the later of two documents with one id wins, as it would when they were sent one by one.
 */
import type { Clock } from '../base/clock.js';
import { AnnulusError } from '../base/errors.js';
import { BatchBuilder } from './batch-builder.js';
import type { BulkFailure, UpsertManyOptions, UpsertManyResult } from './bulk-types.js';
import { CallScope } from './call-scope.js';
import { checkInteger } from './check.js';
import { checkTimeout } from './client-options.js';
import { checkConsistency, type DocumentWriter, type WriteOutcome } from './document-writer.js';
import { type EncodedDocument, encodeDocument } from './encode.js';
import type { Consistency, DocumentInput } from './types.js';
import { WriteError } from './write-error.js';

export const DEFAULT_BATCH_TIMEOUT_MS = 60_000;

type Source = Iterable<DocumentInput> | AsyncIterable<DocumentInput>;
type Item = EncodedDocument & { index: number };

export class BulkUpsert {
  readonly #writer: DocumentWriter;
  readonly #clock: Clock;
  readonly #scope: CallScope;
  readonly #collection: string;
  readonly #options: UpsertManyOptions;
  readonly #consistency: Consistency;
  readonly #timeoutMs: number;
  readonly #inFlightMax: number;
  readonly #failureCountMax: number;
  readonly #builder: BatchBuilder<Item>;
  readonly #inFlight = new Map<Promise<void>, readonly Item[]>();
  readonly #idsInFlight = new Set<string>();
  readonly #result: UpsertManyResult = { upserted: 0, version: 0n, failures: [] };
  #taken = 0;
  #upsertedBytes = 0;
  /** Why the load is given up. */
  #stop: { error: unknown } | undefined;

  constructor(
    writer: DocumentWriter,
    clock: Clock,
    scope: CallScope,
    collection: string,
    options: UpsertManyOptions,
  ) {
    this.#writer = writer;
    this.#clock = clock;
    this.#scope = scope;
    this.#collection = collection;
    this.#options = options;
    this.#consistency = checkConsistency(options.consistency);
    this.#timeoutMs = checkTimeout(options.timeoutMs ?? DEFAULT_BATCH_TIMEOUT_MS);
    this.#inFlightMax = checkInteger('inFlightMax', options.inFlightMax ?? 8, 1, 64);
    const failureCountMax = options.failureCountMax ?? 100;
    this.#failureCountMax = checkInteger('failureCountMax', failureCountMax, 0, 1_000_000);
    const documentCount = options.batchDocumentCount ?? 100;
    const bytes = options.batchBytes ?? 1_048_576;
    this.#builder = new BatchBuilder({
      documentCount: checkInteger('batchDocumentCount', documentCount, 1, 1000),
      bytes: checkInteger('batchBytes', bytes, 1024, 16_777_216),
    });
  }

  async run(source: Source): Promise<UpsertManyResult> {
    const iterator = iteratorOf(source);
    let isExhausted = false;
    try {
      while (this.#stop === undefined) {
        const next = await this.#orOver(Promise.resolve(iterator.next()));
        isExhausted = next.done === true;
        if (next.done === true) break;
        const item = this.#encode(next.value);
        if (item === undefined) continue;
        for (const batch of this.#builder.add(item)) await this.#send(batch);
      }
      const rest = this.#builder.flush();
      if (rest !== undefined) await this.#send(rest);
    } catch (error) {
      this.#stop ??= { error };
    }
    if (!isExhausted) await this.#releaseSource(iterator);
    await Promise.all(this.#inFlight.keys());
    if (this.#stop !== undefined) throw this.#stop.error;
    return this.#result;
  }

  /** Undefined, and a failure noted, when it is no document. */
  #encode(document: DocumentInput): Item | undefined {
    const index = this.#taken;
    this.#taken += 1;
    try {
      const { message, byteCount } = encodeDocument(`documents[${index}]`, document);
      return { message, byteCount, index };
    } catch (error) {
      if (!(error instanceof AnnulusError)) throw error;
      const id = typeof document?.id === 'string' ? document.id : '';
      this.#fail([{ id, index, error }]);
      return undefined;
    }
  }

  async #send(batch: readonly Item[]): Promise<void> {
    const isBlocked = () =>
      this.#inFlight.size >= this.#inFlightMax ||
      batch.some(({ message }) => this.#idsInFlight.has(message.id));
    while (this.#stop === undefined && isBlocked()) {
      await this.#orOver(Promise.race(this.#inFlight.keys()));
    }
    if (this.#stop !== undefined) return;
    for (const { message } of batch) this.#idsInFlight.add(message.id);
    const sent: Promise<void> = this.#write(batch).then(() => {
      for (const { message } of batch) this.#idsInFlight.delete(message.id);
      this.#inFlight.delete(sent);
    });
    this.#inFlight.set(sent, batch);
  }

  /** Never rejects. */
  async #write(batch: readonly Item[]): Promise<void> {
    const scope = new CallScope(this.#clock, this.#timeoutMs);
    const forget = this.#scope.onFailure((failure) => scope.fail(failure));
    try {
      const args = [scope, 'patient', this.#collection, batch, this.#consistency] as const;
      this.#record(batch, await this.#writer.upsert(...args));
    } catch (error) {
      this.#recordRefused(batch, error);
    } finally {
      forget();
      scope.dispose();
    }
    this.#report();
  }

  #record(batch: readonly Item[], outcome: WriteOutcome): void {
    const { doneCount, version, failures } = outcome;
    this.#result.upserted += doneCount;
    if (version > this.#result.version) this.#result.version = version;
    const failedIds = new Set(failures.map(({ id }) => id));
    const indexes = new Map<string, number>();
    for (const { message, byteCount, index } of batch) {
      indexes.set(message.id, index);
      if (!failedIds.has(message.id)) this.#upsertedBytes += byteCount;
    }
    this.#fail(failures.map((one) => ({ ...one, index: indexes.get(one.id) ?? -1 })));
  }

  #recordRefused(batch: readonly Item[], error: unknown): void {
    const isOver = this.#scope.failure !== undefined;
    const mayRecover =
      error instanceof AnnulusError && (error.isRetriable || error.code === 'DEADLINE_EXCEEDED');
    if (isOver || !mayRecover) this.#stop ??= { error: this.#scope.failure ?? error };
    else this.#fail(batch.map(({ message, index }) => ({ id: message.id, index, error })));
  }

  #fail(failures: readonly BulkFailure[]): void {
    this.#result.failures.push(...failures);
    if (this.#result.failures.length <= this.#failureCountMax) return;
    const { upserted } = this.#result;
    const what = `load given up after ${upserted} documents, ${this.#result.failures.length} failed`;
    this.#stop ??= { error: new WriteError(what, upserted, this.#result.failures) };
  }

  #report(): void {
    const { upserted, failures } = this.#result;
    const upsertedBytes = this.#upsertedBytes;
    const progress = { taken: this.#taken, upserted, failed: failures.length, upsertedBytes };
    try {
      this.#options.onProgress?.(progress);
    } catch (error) {
      this.#stop ??= { error };
    }
  }

  /** The promise's value, unless the load is cancelled first. */
  #orOver<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const forget = this.#scope.onFailure(reject);
      if (this.#scope.failure !== undefined) reject(this.#scope.failure);
      promise.then(resolve, reject).finally(forget);
    });
  }

  /** Lets the source close what it holds; one that does not answer is not waited for. */
  async #releaseSource(iterator: AnyIterator): Promise<void> {
    const released = Promise.resolve()
      .then(() => iterator.return?.())
      .catch(() => {});
    if (this.#scope.failure === undefined) await this.#orOver(released).catch(() => {});
  }
}

type AnyIterator = Iterator<DocumentInput> | AsyncIterator<DocumentInput>;

function iteratorOf(source: Source): AnyIterator {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  return source[Symbol.iterator]();
}
