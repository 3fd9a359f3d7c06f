/**
 * Reads by id: get, list, count. Unlike a search they are never partial: what they leave out would be
 * taken for absent.
 */
import { AnnulusError } from '../../base/errors.js';
import { partitionOf } from '../../base/hash64.js';
import type { CollectionId, Partition } from '../../base/ids.js';
import { compareUtf8 } from '../../base/utf8-order.js';
import type { CountReply, DocumentsTargetReply, StoredDocument } from '../../wire/link-messages.js';
import { defaultBalancingPolicy } from '../balancing/replica-picker.js';
import type { RequestContext } from '../request-context.js';
import type { CollectionEntry } from '../topology/topology.js';
import { coverageError } from './coverage.js';
import { partitionReads } from './partition-reads.js';
import type { ReadKind } from './read-driver.js';
import type { ReadRouter } from './read-router.js';
import { runReplannedRead } from './replanned-read.js';
import type { PartitionRead, PartitionReply } from './scatter-gather-port.js';

/** gRPC clients refuse messages above 4 MiB unless told otherwise: a page stays below that. */
const PAGE_BYTES_MAX = 3 * 1024 * 1024;

export interface DocumentPage {
  /** In ascending order of the ids' UTF-8 bytes. */
  documents: StoredDocument[];
  hasMore: boolean;
}

export class DocumentReads {
  readonly #router: ReadRouter;

  constructor(router: ReadRouter) {
    this.#router = router;
  }

  /** The documents that exist, by id. */
  async get(
    asked: CollectionEntry,
    ids: Iterable<string>,
    includeVector: boolean,
    context: RequestContext,
  ): Promise<Map<string, StoredDocument>> {
    const wanted = new Set(ids);
    return this.#inForce(asked, (collection) => {
      return this.#get(collection, wanted, includeVector, context);
    });
  }

  async #get(
    collection: CollectionEntry,
    ids: ReadonlySet<string>,
    includeVector: boolean,
    context: RequestContext,
  ): Promise<Map<string, StoredDocument>> {
    const byPartition = new Map<Partition, string[]>();
    for (const id of ids) {
      const partition = partitionOf(id, collection.partitions.length);
      const share = byPartition.get(partition);
      if (share === undefined) byPartition.set(partition, [id]);
      else share.push(id);
    }
    const kind: ReadKind<DocumentsTargetReply> = {
      call: (reads) => ({
        kind: 'get',
        collection: collection.id,
        includeVector,
        targets: reads.map(({ partition, generation }) => ({
          partition,
          generation,
          ids: byPartition.get(partition) ?? [],
        })),
      }),
      replies: (reply) => (reply.kind === 'get' ? reply.targets : []),
    };
    const reads = partitionReads(collection, byPartition.keys());
    const replies = await this.#readAll(collection, 'get', kind, reads, context);
    return new Map(replies.flatMap((reply) => reply.documents.map((d) => [d.id, d])));
  }

  /** Up to `limit` documents after `afterId`; fewer, with more to come, when they are large. */
  async list(
    asked: CollectionEntry,
    afterId: string,
    limit: number,
    includeVector: boolean,
    context: RequestContext,
  ): Promise<DocumentPage> {
    return this.#inForce(asked, (collection) => {
      return this.#list(collection, afterId, limit, includeVector, context);
    });
  }

  async #list(
    collection: CollectionEntry,
    afterId: string,
    limit: number,
    includeVector: boolean,
    context: RequestContext,
  ): Promise<DocumentPage> {
    const kind: ReadKind<DocumentsTargetReply> = {
      call: (reads) => ({
        kind: 'list',
        collection: collection.id,
        afterId,
        limit,
        includeVector,
        targets: reads.map(({ partition, generation }) => ({ partition, generation })),
      }),
      replies: (reply) => (reply.kind === 'list' ? reply.targets : []),
    };
    return mergePages(
      await this.#readAll(collection, 'list', kind, partitionReads(collection), context),
      limit,
    );
  }

  /** Documents of each partition. */
  async count(asked: CollectionEntry, context: RequestContext): Promise<number> {
    const replies = await this.#inForce(asked, (collection) => {
      const reads = partitionReads(collection);
      return this.#readAll(collection, 'count', countKind(collection.id), reads, context);
    });
    return replies.reduce((sum, reply) => sum + reply.documentCount, 0);
  }

  /** Reads from the collection, or, when another one took its place on the way, from that one. */
  async #inForce<T>(
    asked: CollectionEntry,
    read: (collection: CollectionEntry) => Promise<T>,
  ): Promise<T> {
    let collection = asked;
    for (;;) {
      try {
        return await read(collection);
      } catch (error) {
        if (!(error instanceof PlaceTaken)) throw error;
        collection = error.heir;
      }
    }
  }

  #readAll<R extends PartitionReply>(
    collection: CollectionEntry,
    name: 'get' | 'list' | 'count',
    kind: ReadKind<R>,
    reads: readonly PartitionRead[],
    context: RequestContext,
  ): Promise<R[]> {
    const sets = reads.map(({ nodeIds }) => nodeIds);
    return this.#router.gate.run(sets, context, () =>
      this.#carryOut(collection, name, kind, reads, context),
    );
  }

  async #carryOut<R extends PartitionReply>(
    collection: CollectionEntry,
    name: 'get' | 'list' | 'count',
    kind: ReadKind<R>,
    reads: readonly PartitionRead[],
    context: RequestContext,
  ): Promise<R[]> {
    const route = this.#router.route({
      collection: collection.id,
      kind: `${name}/${collection.id}`,
      policy: defaultBalancingPolicy,
      routingKey: '',
    });
    const outcome = await runReplannedRead(kind, reads, context, route, collection.id);
    const { replies, missing } = outcome;
    if (context.isCancelled) {
      throw new AnnulusError('CANCELLED', 'CANCELLED', 'the caller cancelled the request');
    }
    const heir = missing.length > 0 ? this.#router.heirOf(collection) : undefined;
    if (heir !== undefined) throw new PlaceTaken(heir);
    if (missing.some(({ reason }) => reason === 'too_large')) throw replyTooLarge();
    const error = coverageError(
      {
        partitionsTotal: reads.length,
        partitionsSearched: replies.length,
        documentsTotal: 0,
        documentsSearched: 0,
        topologyStaleMs: 0,
        missing,
      },
      1,
      outcome.attempts,
    );
    if (error !== undefined) throw error;
    return replies;
  }
}

/** The read met the moment in which another collection took over. */
class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';
  readonly heir: CollectionEntry;

  constructor(heir: CollectionEntry) {
    super(`${heir.name} has other partitions by now`);
    this.heir = heir;
  }
}

/**
 * Merges the partitions' pages. A partition that stopped early hides what follows its last document,
 * so the merged page ends there too.
 */
export function mergePages(replies: readonly DocumentsTargetReply[], limit: number): DocumentPage {
  const all = replies.flatMap((reply) => reply.documents).sort((a, b) => compareUtf8(a.id, b.id));
  const horizons = replies
    .filter((reply) => reply.hasMore)
    .map((reply) => reply.documents.at(-1)?.id ?? '')
    .sort(compareUtf8);
  const horizon = horizons[0];
  const visible = horizon === undefined ? all : all.filter((d) => compareUtf8(d.id, horizon) <= 0);
  const documents = visible.slice(0, countThatFits(visible, limit));
  return { documents, hasMore: horizon !== undefined || visible.length > documents.length };
}

/** How many of the first `limit` documents one page takes: at least one. */
function countThatFits(documents: readonly StoredDocument[], limit: number): number {
  let bytes = 0;
  let count = 0;
  for (const { id, vector, text, metadata } of documents.slice(0, limit)) {
    bytes += id.length + vector.byteLength + text.byteLength + metadata.byteLength;
    if (count > 0 && bytes > PAGE_BYTES_MAX) break;
    count += 1;
  }
  return count;
}

function countKind(collection: CollectionId): ReadKind<CountReply['targets'][number]> {
  return {
    call: (reads) => ({
      kind: 'count',
      collection,
      targets: reads.map(({ partition, generation }) => ({ partition, generation })),
    }),
    replies: (reply) => (reply.kind === 'count' ? reply.targets : []),
  };
}

function replyTooLarge(): AnnulusError {
  return new AnnulusError(
    'RESOURCE_EXHAUSTED',
    'REPLY_TOO_LARGE',
    'the documents asked for do not fit one answer; ask for fewer, or leave out their vectors',
  );
}
