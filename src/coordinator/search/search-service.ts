/** One search from checked request to answer: plan, fan out, merge, judge the coverage. */
import { AnnulusError } from '../../base/errors.js';
import type { Partition } from '../../base/ids.js';
import type { LinkHit, SearchTargetReply } from '../../wire/link-messages.js';
import { defaultBalancingPolicy, policyOfRequest } from '../balancing/replica-picker.js';
import { replicaKey } from '../nodes/node-registry.js';
import type { RequestContext } from '../request-context.js';
import type { Passage } from '../resilience/read-gate.js';
import type { CollectionEntry } from '../topology/topology.js';
import { type Coverage, coverageError, type MissingPartition } from './coverage.js';
import { mergeTopK } from './merge-top-k.js';
import { partitionReads, replicaSets } from './partition-reads.js';
import type { AttemptRecord, ReadKind } from './read-driver.js';
import type { ReadRouter } from './read-router.js';
import { runReplannedRead } from './replanned-read.js';
import type { PartitionRead } from './scatter-gather-port.js';
import type { ValidSearch } from './search-request.js';
import { firstFetchCount, partitionsCutShort } from './under-fetch.js';

export interface SearchAnswer {
  hits: LinkHit[];
  coverage: Coverage;
  explain: SearchExplain;
}

/** How a search was carried out. */
export interface SearchExplain {
  attempts: AttemptRecord[];
  /** Hits that each partition was asked for at first. */
  firstFetchCount: number;
  /** Partitions that were asked again for all hits. */
  askedAgain: Partition[];
  /** Hedges and reroutes that were not allowed. */
  refusedRetries: number;
  /** How long it waited to be let in. */
  waitedMs: number;
}

/** What is known of a search while its partitions are being asked. */
interface SearchProgress {
  /** Merged; empty until the last partition has answered. */
  hits: LinkHit[];
  replies: Map<Partition, SearchTargetReply>;
  missing: Map<Partition, MissingPartition>;
  explain: SearchExplain;
}

export class SearchService {
  readonly #router: ReadRouter;
  readonly #topologyStaleMs: () => number;

  /** `topologyStaleMs`: see `Coverage`. */
  constructor(router: ReadRouter, topologyStaleMs: () => number = () => 0) {
    this.#router = router;
    this.#topologyStaleMs = topologyStaleMs;
  }

  /**
   * Rejects with an `AnnulusError` when the coverage is below what the caller accepts, and when it is
   * refused because too much is waiting.
   */
  search(
    collection: CollectionEntry,
    search: ValidSearch,
    context: RequestContext,
  ): Promise<SearchAnswer> {
    const { gate } = this.#router;
    const { minCoverageRatio } = search;
    return gate.run(
      replicaSets(collection),
      context,
      (passage) => this.#carryOut(collection, search, context, passage),
      minCoverageRatio < 1 ? () => this.#isPartEnough(collection, minCoverageRatio) : undefined,
    );
  }

  async #carryOut(
    collection: CollectionEntry,
    search: ValidSearch,
    context: RequestContext,
    passage: Passage,
  ): Promise<SearchAnswer> {
    const { clock, gate } = this.#router;
    const beganAtMs = clock.nowMs();
    const staleMs = this.#topologyStaleMs();
    const progress = await this.#ask(collection, search, context, passage);
    if (context.isCancelled) {
      throw new AnnulusError('CANCELLED', 'CANCELLED', 'the caller cancelled the search');
    }
    const heir = progress.missing.size > 0 && this.#router.heirOf(collection);
    if (heir) return this.#carryOut(heir, search, context, passage);
    // It was planned on what was known then, whatever has been heard since.
    const topologyStaleMs = Math.round(Math.max(staleMs, this.#topologyStaleMs()));
    const coverage = this.#coverage(collection, progress, topologyStaleMs);
    const error = coverageError(coverage, search.minCoverageRatio, progress.explain.attempts);
    if (error !== undefined) throw error;
    gate.answered(clock.nowMs() - beganAtMs);
    return { hits: progress.hits, coverage, explain: progress.explain };
  }

  /** Asks all partitions, and merges what they answer. */
  async #ask(
    collection: CollectionEntry,
    search: ValidSearch,
    context: RequestContext,
    passage: Passage,
  ): Promise<SearchProgress> {
    const firstCount = firstFetchCount(search.topK, collection.partitions.length);
    const progress: SearchProgress = {
      hits: [],
      replies: new Map(),
      missing: new Map(),
      explain: {
        attempts: [],
        firstFetchCount: firstCount,
        askedAgain: [],
        refusedRetries: 0,
        waitedMs: passage.waitedMs,
      },
    };
    const reads = this.#firstReads(collection, passage, progress);
    await this.#askOnce(collection, search, firstCount, reads, context, progress);
    progress.hits = mergedHits(progress, search.topK);
    if (firstCount < search.topK) await this.#askForRest(collection, search, context, progress);
    return progress;
  }

  /** Asks those again whose answers turn out to have been cut short. */
  async #askForRest(
    collection: CollectionEntry,
    search: ValidSearch,
    context: RequestContext,
    progress: SearchProgress,
  ): Promise<void> {
    const { counters } = this.#router;
    const { askedAgain, firstFetchCount: firstCount } = progress.explain;
    counters.underFetches += 1;
    for (;;) {
      const fetched = [...progress.replies.values()].map(({ partition, hits }) => {
        const asked = askedAgain.includes(partition) ? search.topK : firstCount;
        return { partition, hits, asked };
      });
      const cutShort = partitionsCutShort(fetched, progress.hits, search.topK);
      if (cutShort.length === 0 || context.isCancelled) break;
      askedAgain.push(...cutShort);
      const reads = partitionReads(collection, cutShort);
      await this.#askOnce(collection, search, search.topK, reads, context, progress);
      progress.hits = mergedHits(progress, search.topK);
    }
    if (askedAgain.length > 0) counters.underFetchesAskedAgain += 1;
  }

  /** Of a search that goes on in part, those whose nodes take more; the others are missing. */
  #firstReads(
    collection: CollectionEntry,
    { isPartial }: Passage,
    { missing }: SearchProgress,
  ): readonly PartitionRead[] {
    const reads = partitionReads(collection);
    if (!isPartial) return reads;
    return reads.filter(({ partition, nodeIds }) => {
      const hasRoom = this.#router.gate.hasRoomFor(nodeIds);
      if (!hasRoom) missing.set(partition, { partition, reason: 'rejected' });
      return hasRoom;
    });
  }

  #isPartEnough(collection: CollectionEntry, ratioMin: number): boolean {
    const reads = partitionReads(collection);
    const { gate } = this.#router;
    const count = reads.filter(({ nodeIds }) => gate.hasRoomFor(nodeIds)).length;
    return count > 0 && count >= ratioMin * reads.length;
  }

  async #askOnce(
    collection: CollectionEntry,
    search: ValidSearch,
    hitCount: number,
    reads: readonly PartitionRead[],
    context: RequestContext,
    { replies, missing, explain }: SearchProgress,
  ): Promise<void> {
    const { routingKey, balancingPolicy } = search;
    const route = this.#router.route({
      collection: collection.id,
      kind: `${search.exact ? 'exact' : 'search'}/${collection.id}`,
      policy: policyOfRequest(
        balancingPolicy,
        routingKey,
        collection.balancingPolicy ?? defaultBalancingPolicy,
      ),
      routingKey,
    });
    const kind = searchKind(collection, search, hitCount);
    const outcome = await runReplannedRead(kind, reads, context, route, collection.id);
    for (const reply of outcome.replies) replies.set(reply.partition, reply);
    // A short answer alone is not exact: without the long one the partition is missing.
    for (const part of outcome.missing) {
      replies.delete(part.partition);
      missing.set(part.partition, part);
    }
    explain.attempts.push(...outcome.attempts);
    explain.refusedRetries += outcome.refusedRetries;
  }

  #coverage(
    collection: CollectionEntry,
    progress: SearchProgress,
    topologyStaleMs: number,
  ): Coverage {
    const replies = [...progress.replies.values()];
    const missing = [...progress.missing.values()].sort((a, b) => a.partition - b.partition);
    const searched = replies.reduce((sum, reply) => sum + reply.documentCount, 0);
    const unseen = missing.reduce(
      (sum, { partition }) => sum + this.lastReportedCount(collection, partition),
      0,
    );
    return {
      partitionsTotal: collection.partitions.length,
      partitionsSearched: replies.length,
      documentsTotal: searched + unseen,
      documentsSearched: searched,
      missing,
      topologyStaleMs,
    };
  }

  /** Documents of one partition, as the replica that has most last reported. */
  lastReportedCount(collection: CollectionEntry, partition: number): number {
    let count = 0;
    for (const replica of collection.partitions[partition]?.replicas ?? []) {
      const node = this.#router.nodes.get(replica.nodeId);
      const report = node?.reports.get(replicaKey(collection.id, partition));
      count = Math.max(count, report?.documentCount ?? 0);
    }
    return count;
  }
}

function mergedHits({ replies }: SearchProgress, topK: number): LinkHit[] {
  return mergeTopK(
    [...replies.values()].map((reply) => reply.hits),
    topK,
  );
}

function searchKind(
  collection: CollectionEntry,
  search: ValidSearch,
  hitCount: number,
): ReadKind<SearchTargetReply> {
  return {
    call: (reads) => ({
      kind: 'search',
      collection: collection.id,
      vector: search.vector,
      exact: search.exact,
      includeText: search.includeText,
      includeMetadata: search.includeMetadata,
      includeVector: search.includeVector,
      targets: reads.map(({ partition, generation }) => ({
        partition,
        generation,
        k: hitCount,
        ef: search.efSearch,
      })),
    }),
    replies: (reply) => (reply.kind === 'search' ? reply.targets : []),
  };
}
