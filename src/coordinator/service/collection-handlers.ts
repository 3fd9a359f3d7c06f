/** Handlers that make, describe and drop collections. */
import type { CollectionInfo } from '../../wire/generated/annulus/v1/CollectionInfo.js';
import type { CreateCollectionRequest__Output } from '../../wire/generated/annulus/v1/CreateCollectionRequest.js';
import type { DropCollectionRequest__Output } from '../../wire/generated/annulus/v1/DropCollectionRequest.js';
import type { GetCollectionRequest__Output } from '../../wire/generated/annulus/v1/GetCollectionRequest.js';
import type { ListCollectionsResponse } from '../../wire/generated/annulus/v1/ListCollectionsResponse.js';
import type { CollectionAdmin } from '../admin/collection-admin.js';
import type { RequestLimits } from '../limits.js';
import type { RequestContext } from '../request-context.js';
import { checkCollectionRequest } from '../requests/collection-request.js';
import type { DocumentReads } from '../search/document-reads.js';
import type { SearchService } from '../search/search-service.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import { collectionInfo } from './responses.js';

export class CollectionHandlers {
  readonly #topology: TopologyKeeper;
  readonly #admin: CollectionAdmin;
  readonly #reads: DocumentReads;
  readonly #searches: SearchService;
  readonly #limits: RequestLimits;

  constructor(
    topology: TopologyKeeper,
    admin: CollectionAdmin,
    reads: DocumentReads,
    searches: SearchService,
    limits: RequestLimits,
  ) {
    this.#topology = topology;
    this.#admin = admin;
    this.#reads = reads;
    this.#searches = searches;
    this.#limits = limits;
  }

  async create(request: CreateCollectionRequest__Output): Promise<CollectionInfo> {
    const wanted = checkCollectionRequest(request, this.#limits);
    return collectionInfo(await this.#admin.create(wanted), 0);
  }

  get(request: GetCollectionRequest__Output, context: RequestContext): Promise<CollectionInfo> {
    return this.#describe(this.#topology.collection(request.name), context);
  }

  async list(context: RequestContext): Promise<ListCollectionsResponse> {
    const ready = [...this.#topology.current.collections.values()]
      .filter((collection) => collection.state === 'ready')
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { collections: await Promise.all(ready.map((c) => this.#describe(c, context))) };
  }

  async drop(request: DropCollectionRequest__Output): Promise<Record<string, never>> {
    await this.#admin.drop(this.#topology.collection(request.name));
    return {};
  }

  /** Counts at the nodes; where they do not all answer, what they last reported has to do. */
  async #describe(collection: CollectionEntry, context: RequestContext): Promise<CollectionInfo> {
    const count = await this.#reads.count(collection, context).catch(() => {
      const partitions = [...collection.partitions.keys()];
      return partitions.reduce(
        (sum, partition) => sum + this.#searches.lastReportedCount(collection, partition),
        0,
      );
    });
    return collectionInfo(collection, count);
  }
}
