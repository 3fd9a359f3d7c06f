/** Handlers that write and read documents. */
import { AnnulusError, invalidField } from '../../base/errors.js';
import { publicVersion } from '../../base/version.js';
import type { CountRequest__Output } from '../../wire/generated/annulus/v1/CountRequest.js';
import type { CountResponse } from '../../wire/generated/annulus/v1/CountResponse.js';
import type { DeleteRequest__Output } from '../../wire/generated/annulus/v1/DeleteRequest.js';
import type { DeleteResponse } from '../../wire/generated/annulus/v1/DeleteResponse.js';
import type { Document__Output } from '../../wire/generated/annulus/v1/Document.js';
import type { GetRequest__Output } from '../../wire/generated/annulus/v1/GetRequest.js';
import type { GetResponse } from '../../wire/generated/annulus/v1/GetResponse.js';
import type { ListRequest__Output } from '../../wire/generated/annulus/v1/ListRequest.js';
import type { ListResponse } from '../../wire/generated/annulus/v1/ListResponse.js';
import type { UpsertRequest__Output } from '../../wire/generated/annulus/v1/UpsertRequest.js';
import type { UpsertResponse } from '../../wire/generated/annulus/v1/UpsertResponse.js';
import type { WriteFailure as WriteFailureMessage } from '../../wire/generated/annulus/v1/WriteFailure.js';
import type { WriteOp } from '../../wire/link-messages.js';
import type { RequestLimits } from '../limits.js';
import type { RequestContext } from '../request-context.js';
import { batchTooLarge, checkBatchCount, checkDocument } from '../requests/document-field.js';
import { checkCount, checkDocumentId, checkEnum } from '../requests/fields.js';
import type { DocumentReads } from '../search/document-reads.js';
import { filterNotServed } from '../search/search-request.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import type { Consistency } from '../write/replica-set-view.js';
import type { WriteFailure, WriteService } from '../write/write-service.js';
import { readPageToken, writePageToken } from './page-token.js';
import { documentMessage, errorMessage } from './responses.js';

const consistencies: Record<string, Consistency> = {
  CONSISTENCY_UNSPECIFIED: 'in_sync',
  CONSISTENCY_IN_SYNC: 'in_sync',
  CONSISTENCY_MAJORITY: 'majority',
  CONSISTENCY_ONE: 'one',
};

export class DocumentHandlers {
  readonly #topology: TopologyKeeper;
  readonly #writes: WriteService;
  readonly #reads: DocumentReads;
  readonly #limits: RequestLimits;

  constructor(
    topology: TopologyKeeper,
    writes: WriteService,
    reads: DocumentReads,
    limits: RequestLimits,
  ) {
    this.#topology = topology;
    this.#writes = writes;
    this.#reads = reads;
    this.#limits = limits;
  }

  /**
   * Documents that are refused are listed, the others are written. When every one is refused, so is
   * the request, with the first one's error. `isBulk`: it is part of a bulk load; default: by its size.
   */
  async upsert(
    request: UpsertRequest__Output,
    context: RequestContext,
    isBulk?: boolean,
  ): Promise<UpsertResponse> {
    const collection = this.#topology.collection(request.collection);
    const consistency = checkEnum('consistency', request.consistency, consistencies);
    checkBatchCount('documents', request.documents.length, this.#limits.batchDocumentsMax);
    const { ops, refused } = this.#checkDocuments(collection, request.documents);
    if (ops.length === 0 && refused[0] !== undefined) throw refused[0].error;
    const summary = await this.#writes.write(collection, ops, consistency, context, isBulk);
    return {
      upserted: ops.filter((op) => summary.acknowledged.has(op.id)).length,
      version: publicVersion(summary.version).toString(),
      failures: [...refused, ...summary.failures].map(failureMessage),
    };
  }

  async delete(request: DeleteRequest__Output, context: RequestContext): Promise<DeleteResponse> {
    const collection = this.#topology.collection(request.collection);
    const consistency = checkEnum('consistency', request.consistency, consistencies);
    if (request.filter !== null) {
      if (request.ids.length > 0) {
        throw invalidField('ids', `${request.ids.length} items`, 'empty when filter is set');
      }
      throw filterNotServed('filter');
    }
    const ids = this.#checkIds(request.ids);
    const ops: WriteOp[] = ids.map((id) => ({ kind: 'delete', id }));
    const summary = await this.#writes.write(collection, ops, consistency, context);
    return {
      deleted: summary.existed.size,
      version: publicVersion(summary.version).toString(),
      failures: summary.failures.map(failureMessage),
    };
  }

  async get(request: GetRequest__Output, context: RequestContext): Promise<GetResponse> {
    const collection = this.#topology.collection(request.collection);
    const ids = [...new Set(this.#checkIds(request.ids))];
    const found = await this.#reads.get(collection, ids, request.includeVector, context);
    const documents = ids.flatMap((id) => {
      const stored = found.get(id);
      return stored === undefined ? [] : [documentMessage(stored, request.includeVector)];
    });
    return { documents, missingIds: ids.filter((id) => !found.has(id)) };
  }

  async count(request: CountRequest__Output, context: RequestContext): Promise<CountResponse> {
    const collection = this.#topology.collection(request.collection);
    if (request.filter !== null) throw filterNotServed('filter');
    return { count: await this.#reads.count(collection, context) };
  }

  async list(request: ListRequest__Output, context: RequestContext): Promise<ListResponse> {
    const collection = this.#topology.collection(request.collection);
    const size = checkCount('page_size', request.pageSize, 1, this.#limits.pageSizeMax, 100);
    const afterId = readPageToken('page_token', request.pageToken);
    const { includeVector } = request;
    const page = await this.#reads.list(collection, afterId, size, includeVector, context);
    const last = page.documents.at(-1);
    return {
      documents: page.documents.map((stored) => documentMessage(stored, includeVector)),
      nextPageToken: page.hasMore && last !== undefined ? writePageToken(last.id) : '',
    };
  }

  #checkDocuments(collection: CollectionEntry, documents: readonly Document__Output[]) {
    const ops: WriteOp[] = [];
    const refused: WriteFailure[] = [];
    let bytes = 0;
    documents.forEach((document, i) => {
      try {
        const op = checkDocument(`documents[${i}]`, document, collection, this.#limits);
        bytes += op.vector.byteLength + op.text.byteLength + op.metadata.byteLength;
        ops.push(op);
      } catch (error) {
        if (!(error instanceof AnnulusError)) throw error;
        refused.push({ id: document.id, error });
      }
    });
    if (bytes > this.#limits.batchBytesMax) {
      throw batchTooLarge('documents', `${bytes} bytes`, `${this.#limits.batchBytesMax} bytes`);
    }
    return { ops, refused };
  }

  #checkIds(ids: readonly string[]): string[] {
    checkBatchCount('ids', ids.length, this.#limits.batchDocumentsMax);
    return ids.map((id, i) => checkDocumentId(`ids[${i}]`, id, this.#limits.idBytesMax));
  }
}

function failureMessage({ id, error }: WriteFailure): WriteFailureMessage {
  return { id, ...errorMessage(error) };
}
