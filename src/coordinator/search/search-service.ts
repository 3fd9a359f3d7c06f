/** One search from checked request to answer: plan, fan out, merge, judge the coverage. */
import { AnnulusError } from '../../base/errors.js';
import type { LinkHit, SearchTargetReply } from '../../wire/link-messages.js';
import { defaultBalancingPolicy, policyOfRequest } from '../balancing/replica-picker.js';
import { replicaKey } from '../nodes/node-registry.js';
import type { RequestContext } from '../request-context.js';
import type { CollectionEntry } from '../topology/topology.js';
import { type Coverage, coverageError } from './coverage.js';
import { mergeTopK } from './merge-top-k.js';
import { partitionReads } from './partition-reads.js';
import { type AttemptRecord, type ReadKind, runRead } from './read-driver.js';
import type { ReadRouter } from './read-router.js';
import type { ScatterGatherResult } from './scatter-gather-port.js';
import type { ValidSearch } from './search-request.js';

export interface SearchAnswer {
  hits: LinkHit[];
  coverage: Coverage;
  attempts: AttemptRecord[];
}

export class SearchService {
  readonly #router: ReadRouter;

  constructor(router: ReadRouter) {
    this.#router = router;
  }

  /** Rejects with an `AnnulusError` when the coverage is below what the caller accepts. */
  async search(
    collection: CollectionEntry,
    search: ValidSearch,
    context: RequestContext,
  ): Promise<SearchAnswer> {
    const { routingKey, balancingPolicy } = search;
    const route = this.#router.route({
      collection: collection.id,
      kind: `${search.exact ? 'exact' : 'search'}/${collection.id}`,
      policy: policyOfRequest(balancingPolicy, routingKey, defaultBalancingPolicy),
      routingKey,
    });
    const reads = partitionReads(collection);
    const outcome = await runRead(searchKind(collection, search), reads, context, route);
    if (context.isCancelled) {
      throw new AnnulusError('CANCELLED', 'CANCELLED', 'the caller cancelled the search');
    }
    const coverage = this.#coverage(collection, outcome);
    const error = coverageError(coverage, search.minCoverageRatio);
    if (error !== undefined) throw error;
    const hits = mergeTopK(
      outcome.replies.map((reply) => reply.hits),
      search.topK,
    );
    return { hits, coverage, attempts: outcome.attempts };
  }

  #coverage(
    collection: CollectionEntry,
    { replies, missing }: ScatterGatherResult<SearchTargetReply>,
  ): Coverage {
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

function searchKind(collection: CollectionEntry, search: ValidSearch): ReadKind<SearchTargetReply> {
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
        k: search.topK,
        ef: search.efSearch,
      })),
    }),
    replies: (reply) => (reply.kind === 'search' ? reply.targets : []),
  };
}
