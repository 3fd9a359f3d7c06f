/**
 * A coordinator over an in-memory map, to try clients on: the public protocol as documented, exact
 * search by inner product, and faults on demand.
 */
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { AnnulusError } from '../../src/base/errors.js';
import type { Document__Output } from '../../src/wire/generated/annulus/v1/Document.js';
import type { SearchRequest__Output } from '../../src/wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse } from '../../src/wire/generated/annulus/v1/SearchResponse.js';
import type { Topology } from '../../src/wire/generated/annulus/v1/Topology.js';
import type { UpsertRequest__Output } from '../../src/wire/generated/annulus/v1/UpsertRequest.js';
import { annulusV1 } from '../../src/wire/proto-package.js';
import { statusOf } from '../../src/wire/status-mapping.js';
import { searchDocuments } from './fake-search.js';
import { FakeSearchStreams } from './fake-search-streams.js';

type AnyCall = ServerUnaryCall<unknown, unknown>;
type Handler = (request: never) => unknown;

interface FakeCollection {
  info: Record<string, unknown>;
  documents: Map<string, Document__Output>;
}

export class FakeAnnulusServer {
  readonly collections = new Map<string, FakeCollection>();
  /** Requests received, per method; searches on streams count as `SearchStream`. */
  readonly received = new Map<string, unknown[]>();
  /** Upsert requests being worked on, now and at most. */
  upsertsUnderWay = 0;
  upsertsUnderWayMax = 0;
  /** Per document id: how often its upsert is still to fail, and with what. */
  readonly documentFaults = new Map<string, { times: number; code: number; reason: string }>();
  topology: Topology = { epoch: '1', nodes: [], collections: [] };
  address = '';
  readonly searchStreams = new FakeSearchStreams(async (request) => {
    this.#note('SearchStream', request);
    await this.#gates.get('SearchStream')?.opened;
    return this.#searchOrError(request, 'SearchStream');
  });
  #faults = new Map<string, AnnulusError[]>();
  #gates = new Map<string, { opened: Promise<void>; open: () => void }>();
  #watchers = new Set<ServerWritableStream<unknown, Topology>>();
  #server: Server | undefined;
  #version = 0;

  static async start(): Promise<FakeAnnulusServer> {
    const fake = new FakeAnnulusServer();
    await fake.listen('127.0.0.1:0');
    return fake;
  }

  /** Starts, or starts again at the address it had before. */
  async listen(address: string = this.address): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
    server.addService(annulusV1.Annulus.service, this.#annulusHandlers());
    server.addService(annulusV1.Cluster.service, this.#clusterHandlers());
    this.#server = server;
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      server.bindAsync(address, credentials, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    this.address = `127.0.0.1:${port}`;
  }

  /** Breaks every connection and listens no more. */
  crash(): void {
    for (const gate of this.#gates.values()) gate.open();
    this.#gates.clear();
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** The next `times` requests of this method fail. */
  failNext(method: string, times: number, error: AnnulusError): void {
    const queue = this.#faults.get(method) ?? [];
    queue.push(...Array.from({ length: times }, () => error));
    this.#faults.set(method, queue);
  }

  /** Requests of this method are received, and answered only once the function returned is called. */
  hold(method: string): () => void {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gate = { opened, open };
    this.#gates.set(method, gate);
    return () => {
      if (this.#gates.get(method) === gate) this.#gates.delete(method);
      open();
    };
  }

  /** Ends every search stream with an error, without answering what is on it. */
  dropSearchStreams(): void {
    const error = new AnnulusError('UNAVAILABLE', 'SHUTTING_DOWN', 'stream dropped');
    this.searchStreams.drop(statusOf(error));
  }

  publish(topology: Topology): void {
    this.topology = topology;
    for (const call of this.#watchers) call.write(topology);
  }

  dropWatches(): void {
    const error = new AnnulusError('UNAVAILABLE', 'SHUTTING_DOWN', 'watch dropped');
    for (const call of this.#watchers) call.emit('error', statusOf(error));
    this.#watchers.clear();
  }

  get openSearchStreams(): number {
    return this.searchStreams.open.size;
  }

  count(method: string): number {
    return this.received.get(method)?.length ?? 0;
  }

  #annulusHandlers() {
    return {
      CreateCollection: this.#unary('CreateCollection', this.#create),
      GetCollection: this.#unary('GetCollection', this.#describe),
      ListCollections: this.#unary('ListCollections', () => ({
        collections: [...this.collections.values()].map(({ info }) => info),
      })),
      DropCollection: this.#unary('DropCollection', ({ name }: { name: string }) => {
        this.#collection(name);
        this.collections.delete(name);
        return {};
      }),
      Upsert: this.#unary('Upsert', this.#upsert),
      UpsertStream: (call: { end(): void }) => call.end(),
      Delete: this.#unary('Delete', this.#delete),
      Get: this.#unary('Get', this.#get),
      Count: this.#unary('Count', ({ collection }: { collection: string }) => ({
        count: this.#collection(collection).documents.size,
      })),
      List: this.#unary('List', this.#list),
      Search: this.#unary('Search', (request: SearchRequest__Output) =>
        searchDocuments(this.#collection(request.collection).documents, request),
      ),
      SearchBatch: this.#unary('SearchBatch', (batch: { searches: SearchRequest__Output[] }) => ({
        responses: batch.searches.map((one) => this.#searchOrError(one)),
      })),
      ...this.searchStreams.handlers(),
    } as never;
  }

  #clusterHandlers() {
    const notServed = () => {
      throw new AnnulusError('UNIMPLEMENTED', 'NOT_IMPLEMENTED', 'not served');
    };
    return {
      ListNodes: this.#unary('ListNodes', () => ({ nodes: this.topology.nodes })),
      GetTopology: this.#unary('GetTopology', () => this.topology),
      ListMoves: this.#unary('ListMoves', () => ({ moves: [], imbalanceRatio: 1 })),
      AddNode: this.#unary('AddNode', (node: object) => ({ ...node, state: 'NODE_STATE_UP' })),
      DrainNode: this.#unary('DrainNode', notServed),
      RemoveNode: this.#unary('RemoveNode', notServed),
      WatchMoves: (call: { end(): void }) => call.end(),
      WatchTopology: (call: ServerWritableStream<unknown, Topology>) => {
        this.#note('WatchTopology', {});
        this.#watchers.add(call);
        call.on('cancelled', () => this.#watchers.delete(call));
        call.write(this.topology);
      },
    } as never;
  }

  #unary(method: string, handler: Handler) {
    return async (call: AnyCall, answer: sendUnaryData<unknown>) => {
      this.#note(method, call.request);
      try {
        if (method === 'Upsert') this.#enterUpsert();
        await this.#gates.get(method)?.opened;
        this.#throwFault(method);
        answer(null, handler.call(this, call.request as never));
      } catch (error) {
        answer(statusOf(error));
      } finally {
        if (method === 'Upsert') this.upsertsUnderWay -= 1;
      }
    };
  }

  #enterUpsert(): void {
    this.upsertsUnderWay += 1;
    this.upsertsUnderWayMax = Math.max(this.upsertsUnderWayMax, this.upsertsUnderWay);
  }

  #note(method: string, request: unknown): void {
    const all = this.received.get(method) ?? [];
    all.push(request);
    this.received.set(method, all);
  }

  #throwFault(method: string): void {
    const fault = this.#faults.get(method)?.shift();
    if (fault !== undefined) throw fault;
  }

  #searchOrError(request: SearchRequest__Output, method = 'SearchBatch'): SearchResponse {
    try {
      if (method === 'SearchStream') this.#throwFault(method);
      return searchDocuments(this.#collection(request.collection).documents, request);
    } catch (error) {
      const { code, details } = statusOf(error);
      const { reason } = error as AnnulusError;
      return { requestId: request.requestId, error: { code, message: details, reason } };
    }
  }

  #collection(name: string): FakeCollection {
    const found = this.collections.get(name);
    if (found !== undefined) return found;
    throw new AnnulusError('NOT_FOUND', 'COLLECTION_NOT_FOUND', `no collection ${name}`);
  }

  #create(request: { name: string }): unknown {
    if (this.collections.has(request.name)) {
      const message = `collection ${request.name} exists`;
      throw new AnnulusError('ALREADY_EXISTS', 'COLLECTION_EXISTS', message);
    }
    const info = { ...request, createdAt: { seconds: '1700000000', nanos: 500_000_000 } };
    this.collections.set(request.name, { info, documents: new Map() });
    return info;
  }

  #describe({ name }: { name: string }): unknown {
    const { info, documents } = this.#collection(name);
    return { ...info, documentCount: documents.size };
  }

  #upsert(request: UpsertRequest__Output): unknown {
    const { documents } = this.#collection(request.collection);
    this.#version += 1;
    const failures: unknown[] = [];
    for (const document of request.documents) {
      const fault = this.documentFaults.get(document.id);
      if (fault !== undefined && fault.times > 0) {
        fault.times -= 1;
        failures.push({ id: document.id, message: 'as told', ...fault });
      } else documents.set(document.id, { ...document, version: String(this.#version) });
    }
    const upserted = request.documents.length - failures.length;
    return { upserted, version: upserted === 0 ? 0 : this.#version, failures };
  }

  #delete({ collection, ids }: { collection: string; ids: string[] }): unknown {
    const { documents } = this.#collection(collection);
    this.#version += 1;
    const deleted = ids.filter((id) => documents.delete(id)).length;
    return { deleted, version: this.#version, failures: [] };
  }

  #get(request: { collection: string; ids: string[]; includeVector: boolean }): unknown {
    const { documents } = this.#collection(request.collection);
    const ids = [...new Set(request.ids)];
    const show = (one: Document__Output) =>
      request.includeVector ? one : { ...one, vector: null };
    return {
      documents: ids.flatMap((id) => documents.get(id) ?? []).map(show),
      missingIds: ids.filter((id) => !documents.has(id)),
    };
  }

  #list(request: { collection: string; pageSize: number; pageToken: string }): unknown {
    const { documents } = this.#collection(request.collection);
    const pageSize = request.pageSize === 0 ? 100 : request.pageSize;
    const ids = [...documents.keys()].sort().filter((id) => id > request.pageToken);
    const page = ids.slice(0, pageSize);
    const nextPageToken = ids.length > page.length ? page.at(-1) : '';
    return { documents: page.map((id) => documents.get(id)), nextPageToken };
  }
}
