/**
 * The client: every method is one call, with a deadline, and fails with an `AnnulusError`. Reads are
 * retried, and writes of documents too, since writing or deleting a document twice is the same as
 * once; making and dropping collections is not. `RetryOptions` says when and how often.
 */
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse__Output } from '../wire/generated/annulus/v1/SearchResponse.js';
import { annulusV1 } from '../wire/proto-package.js';
import { errorOfItem } from '../wire/status-mapping.js';
import type { UpsertManyOptions, UpsertManyResult } from './bulk-types.js';
import { BulkUpsert } from './bulk-upsert.js';
import { CallRunner, type RetryMode } from './call-runner.js';
import { checkArray, checkBoolean, checkInteger, checkText, optional } from './check.js';
import {
  type AnnulusClientOptions,
  type ResolvedClientOptions,
  resolveClientOptions,
} from './client-options.js';
import { ClusterClient } from './cluster-client.js';
import type { Method } from './connection.js';
import { ConnectionPool } from './connection-pool.js';
import { decodeCollection, decodeDocument, decodeSearch } from './decode.js';
import { DocumentWriter, type WriteOutcome } from './document-writer.js';
import {
  encodeCollection,
  encodeDocument,
  encodeFilter,
  encodeIds,
  encodeSearch,
} from './encode.js';
import type {
  BatchSearchInput,
  BatchSearchResult,
  SearchOptions,
  SearchResult,
} from './search-types.js';
import type {
  CallOptions,
  CollectionInfo,
  CollectionInput,
  CountOptions,
  DeleteResult,
  DocumentInput,
  GetOptions,
  GetResult,
  ListOptions,
  ListPage,
  StoredDocument,
  UpsertResult,
  WriteOptions,
} from './types.js';
import { WriteError } from './write-error.js';

const methods = annulusV1.Annulus.service;

export class AnnulusClient {
  /** Nodes and topology. */
  readonly cluster: ClusterClient;
  readonly #connections: ConnectionPool;
  readonly #runner: CallRunner;
  readonly #writer: DocumentWriter;
  readonly #options: ResolvedClientOptions;

  /** Connects with the first call. Throws `INVALID_ARGUMENT` for an option out of its range. */
  constructor(options: AnnulusClientOptions = {}) {
    this.#options = resolveClientOptions(options);
    this.#connections = new ConnectionPool(this.#options);
    this.#runner = new CallRunner(this.#options);
    this.#writer = new DocumentWriter(this.#connections, this.#runner);
    this.cluster = new ClusterClient(this.#connections, this.#runner);
  }

  /** The coordinator that the last call went to. */
  get address(): string {
    return this.#connections.address;
  }

  /** Makes a collection. Not retried. `ALREADY_EXISTS` when there is one of that name. */
  async createCollection(
    collection: CollectionInput,
    options: CallOptions = {},
  ): Promise<CollectionInfo> {
    const request = encodeCollection(collection);
    return decodeCollection(await this.#unary(methods.CreateCollection, request, options, 'never'));
  }

  /** Rejects with `NOT_FOUND` when there is no such collection. */
  async getCollection(name: string, options: CallOptions = {}): Promise<CollectionInfo> {
    const request = { name: checkText('name', name) };
    return decodeCollection(await this.#unary(methods.GetCollection, request, options));
  }

  /** All collections, by name. */
  async listCollections(options: CallOptions = {}): Promise<CollectionInfo[]> {
    const { collections } = await this.#unary(methods.ListCollections, {}, options);
    return collections.map(decodeCollection);
  }

  /** Removes a collection and its documents. Not retried. `NOT_FOUND` when there is none. */
  async dropCollection(name: string, options: CallOptions = {}): Promise<void> {
    const request = { name: checkText('name', name) };
    await this.#unary(methods.DropCollection, request, options, 'never');
  }

  /**
   * Writes documents, at most 1,000 and 16 MiB; `upsertMany` takes any number. Resolves when they are
   * durable and found by searches. Documents that failed for a passing reason are sent again. When
   * any failed for good it rejects with a `WriteError`, unless `collectFailures` is set.
   */
  async upsert(
    collection: string,
    documents: DocumentInput | readonly DocumentInput[],
    options: WriteOptions = {},
  ): Promise<UpsertResult> {
    const name = checkText('collection', collection);
    const given = Array.isArray(documents) ? documents : [documents];
    const encoded = given.map((document, i) => encodeDocument(`documents[${i}]`, document));
    const outcome = await this.#runner.run(options, (scope) =>
      this.#writer.upsert(scope, 'budgeted', name, encoded, options.consistency),
    );
    throwFailures(outcome, options, 'written');
    return { upserted: outcome.doneCount, version: outcome.version, failures: outcome.failures };
  }

  /**
   * Writes any number of documents from an array, a generator or any other (async) iterable, which is
   * read no faster than the cluster writes. Documents that fail for a passing reason are sent again
   * until `timeoutMs` per batch. Failures are collected; past `failureCountMax` the load rejects with
   * a `WriteError`, and with any other `AnnulusError` when the request itself is wrong. An error of
   * the iterable ends the load and is passed on as it is. What was acknowledged by then stays.
   */
  async upsertMany(
    collection: string,
    documents: Iterable<DocumentInput> | AsyncIterable<DocumentInput>,
    options: UpsertManyOptions = {},
  ): Promise<UpsertManyResult> {
    const name = checkText('collection', collection);
    const { clock } = this.#options.ports;
    const endless = { signal: options.signal };
    return await this.#runner.run(
      endless,
      (scope) => new BulkUpsert(this.#writer, clock, scope, name, options).run(documents),
      Number.POSITIVE_INFINITY,
    );
  }

  /** Deletes documents by id, at most 1,000. An id that does not exist is no failure. */
  async delete(
    collection: string,
    ids: string | readonly string[],
    options: WriteOptions = {},
  ): Promise<DeleteResult> {
    const name = checkText('collection', collection);
    const encoded = encodeIds(ids);
    const outcome = await this.#runner.run(options, (scope) =>
      this.#writer.delete(scope, 'budgeted', name, encoded, options.consistency),
    );
    throwFailures(outcome, options, 'deleted');
    return { deleted: outcome.doneCount, version: outcome.version, failures: outcome.failures };
  }

  /** Documents by id, at most 1,000. */
  async get(
    collection: string,
    ids: string | readonly string[],
    options: GetOptions = {},
  ): Promise<GetResult> {
    const request = {
      collection: checkText('collection', collection),
      ids: encodeIds(ids),
      includeVector: flag(options.includeVector, 'includeVector'),
    };
    const { documents, missingIds } = await this.#unary(methods.Get, request, options);
    return { documents: documents.map(decodeDocument), missingIds };
  }

  /** How many documents there are, each counted once. */
  async count(collection: string, options: CountOptions = {}): Promise<number> {
    const { filter } = options;
    const request = {
      collection: checkText('collection', collection),
      ...(filter === undefined ? {} : { filter: encodeFilter('filter', filter) }),
    };
    return Number((await this.#unary(methods.Count, request, options)).count);
  }

  /** One page of documents, in ascending order of their ids' UTF-8 bytes. */
  async list(collection: string, options: ListOptions = {}): Promise<ListPage> {
    const pageSize = (field: string, value: unknown) => checkInteger(field, value, 1);
    const request = {
      collection: checkText('collection', collection),
      pageSize: optional(options.pageSize, 0, pageSize, 'pageSize'),
      pageToken: optional(options.pageToken, '', checkText, 'pageToken'),
      includeVector: flag(options.includeVector, 'includeVector'),
    };
    const page = await this.#unary(methods.List, request, options);
    const documents = page.documents.map(decodeDocument);
    if (page.nextPageToken === '') return { documents };
    return { documents, nextPageToken: page.nextPageToken };
  }

  /** All documents, a page at a time as they are asked for; `timeoutMs` is for each page. */
  async *listAll(collection: string, options: ListOptions = {}): AsyncGenerator<StoredDocument> {
    let pageToken = options.pageToken;
    do {
      const page: ListPage = await this.list(collection, { ...options, pageToken });
      yield* page.documents;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  /**
   * The documents nearest to a vector. Searches share one stream, so a thousand at once are cheap.
   * Giving up (`signal`, `timeoutMs`) releases the caller at once; the server still finishes.
   */
  async search(collection: string, options: SearchOptions): Promise<SearchResult> {
    const request = encodeSearch('', collection, options);
    return await this.#runner.run(options, async (scope) => {
      const response = await this.#runner.attempt(scope, 'budgeted', async () =>
        throwItemError(await this.#connections.search(request, scope)),
      );
      return decodeSearch(request, response);
    });
  }

  /**
   * Many searches in one call, at most 100; each succeeds or fails on its own, in the order given. It
   * is retried as a whole when the call fails, not for the sake of single searches.
   */
  async searchBatch(
    searches: readonly BatchSearchInput[],
    options: CallOptions = {},
  ): Promise<BatchSearchResult[]> {
    const encoded = checkArray('searches', searches).map((search, i) => {
      const input = search as BatchSearchInput;
      return encodeSearch(`searches[${i}]`, input.collection, input);
    });
    const request = { searches: encoded };
    const { responses } = await this.#unary(methods.SearchBatch, request, options);
    return responses.map((response, i): BatchSearchResult => {
      if (response.error !== null) return { ok: false, error: errorOfItem(response.error) };
      return { ok: true, result: decodeSearch(encoded[i] as SearchRequest, response) };
    });
  }

  /**
   * Takes no more calls, ends watches, waits for the calls under way (at most `timeoutMs`, default
   * 10,000, then they fail with `CANCELLED`), and disconnects. Safe to call twice.
   */
  async close(options: { timeoutMs?: number } = {}): Promise<void> {
    const drained = this.#runner.drain();
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs;
    const timer = this.#options.ports.clock.setTimer(timeoutMs, () => this.#runner.failActive());
    await drained;
    timer.cancel();
    this.#connections.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
    mode: RetryMode = 'budgeted',
  ): Promise<Response> {
    return this.#runner.run(options, (scope) =>
      this.#runner.attempt(scope, mode, () => this.#connections.unary(method, request, scope)),
    );
  }
}

function flag(value: unknown, field: string): boolean {
  return optional(value, false, checkBoolean, field);
}

function throwFailures(outcome: WriteOutcome, options: WriteOptions, verb: string): void {
  const { failures, doneCount } = outcome;
  if (failures.length === 0 || options.collectFailures === true) return;
  const noun = failures.length === 1 ? 'document was' : 'documents were';
  throw new WriteError(`${failures.length} ${noun} not ${verb}`, doneCount, failures);
}

function throwItemError(response: SearchResponse__Output): SearchResponse__Output {
  if (response.error !== null) throw errorOfItem(response.error);
  return response;
}
