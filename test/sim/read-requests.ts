/** Searches, gets, counts and lists, and what their answers must be. */
import { AnnulusError } from '../../src/base/errors.js';
import { partitionOf } from '../../src/base/hash64.js';
import type { Random } from '../../src/base/random.js';
import type { ValidSearch } from '../../src/coordinator/search/search-request.js';
import type { SearchAnswer } from '../../src/coordinator/search/search-service.js';
import type { CollectionEntry } from '../../src/coordinator/topology/topology.js';
import { checkCount, checkPage, inPartitions } from './checkers/counts.js';
import { checkCoverage, checkCoverageRefusal, claimedPartitions } from './checkers/coverage.js';
import { checkHits } from './checkers/search-hits.js';
import { checkStaleness } from './checkers/staleness.js';
import { checkAbsent, checkFound, type ReadInterval } from './checkers/visibility.js';
import { drawVector } from './draw-vector.js';
import type { RequestEnd, RequestFrame, RequestOptions } from './request-frame.js';
import type { SeenSearch } from './search-spy.js';
import { chance, intBetween, oneOf } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';
import type { SimCoordinator } from './sim-coordinator.js';

export class ReadRequests {
  readonly #cluster: SimCluster;
  readonly #frame: RequestFrame;
  readonly #random: Random;

  constructor(cluster: SimCluster, frame: RequestFrame, random: Random) {
    this.#cluster = cluster;
    this.#frame = frame;
    this.#random = random;
  }

  /** With `topK` it needs full coverage; without, both are drawn. */
  search(isExact: boolean, options: RequestOptions, topK?: number): Promise<RequestEnd> {
    const { history, violations, hooks } = this.#cluster;
    const search = this.#drawSearch(isExact, topK);
    const kind = isExact ? 'exact_search' : 'search';
    return this.#frame.run(
      kind,
      options,
      [],
      async (coordinator, collection, context, where, home) => {
        const { spy } = home;
        const seen = spy.watch(search.vector, search.topK);
        const readTick = history.beginRead(home.index);
        const beganTick = this.#cluster.lag.readTick(home, readTick);
        const behindMs = this.#cluster.lag.behindMs(home);
        try {
          const sound = await coordinator.searches.search(collection, search, context);
          const interval = { beganTick, endedTick: history.nextTick() };
          const answer = hooks.answer(sound);
          this.#checkAnswer(where, collection, search, answer, seen, interval);
          checkStaleness(this.#cluster, where, answer.coverage, behindMs);
        } catch (error) {
          if (error instanceof AnnulusError && error.reason === 'COVERAGE_TOO_LOW') {
            checkCoverageRefusal(violations, where, collection.partitions.length, seen);
          }
          throw error;
        } finally {
          if (seen.callsUnderWay > 0) {
            const count = seen.callsUnderWay;
            violations.add('nothing outlives its request', `${where} left ${count} calls behind`);
          }
          spy.forget(search.vector);
          history.endRead(readTick);
        }
      },
    );
  }

  get(ids: string[], options: RequestOptions): Promise<RequestEnd> {
    const { history, violations } = this.#cluster;
    const includeVector = chance(this.#random, 0.5);
    return this.#frame.run(
      'get',
      options,
      [],
      async (coordinator, collection, context, where, home) => {
        const reading = () => coordinator.reads.get(collection, ids, includeVector, context);
        await this.#read(home, reading, (found, interval) => {
          for (const id of ids) {
            const document = found.get(id);
            if (document === undefined) {
              checkAbsent(history, violations, where, id, interval);
            } else {
              const { version, text } = document;
              const vector = includeVector ? document.vector : undefined;
              checkFound(history, violations, where, { id, version, text, vector }, interval);
            }
          }
        });
      },
    );
  }

  count(options: RequestOptions): Promise<RequestEnd> {
    const { history, violations } = this.#cluster;
    return this.#frame.run(
      'count',
      options,
      [],
      async (coordinator, collection, context, where, home) => {
        const reading = () => coordinator.reads.count(collection, context);
        await this.#read(home, reading, (count, interval) =>
          checkCount(history, violations, where, count, () => true, interval),
        );
      },
    );
  }

  list(afterId: string, options: RequestOptions): Promise<RequestEnd> {
    const { history, violations } = this.#cluster;
    const limit = intBetween(this.#random, 1, 50);
    return this.#frame.run(
      'list',
      options,
      [],
      async (coordinator, collection, context, where, home) => {
        const reading = () => coordinator.reads.list(collection, afterId, limit, false, context);
        await this.#read(home, reading, (page, interval) =>
          checkPage(history, violations, where, afterId, page, interval),
        );
      },
    );
  }

  async #read<T>(
    home: SimCoordinator,
    reading: () => Promise<T>,
    check: (answer: T, interval: ReadInterval) => void,
  ): Promise<void> {
    const { history } = this.#cluster;
    const readTick = history.beginRead(home.index);
    const beganTick = this.#cluster.lag.readTick(home, readTick);
    try {
      const answer = await reading();
      check(answer, { beganTick, endedTick: history.nextTick() });
    } finally {
      history.endRead(readTick);
    }
  }

  #drawSearch(isExact: boolean, topK: number | undefined): ValidSearch {
    const { cluster, workload } = this.#cluster.plan;
    const random = this.#random;
    const k = topK ?? intBetween(random, 1, workload.topKMax);
    return {
      vector: drawVector(random, cluster.dimension),
      topK: k,
      efSearch: k,
      exact: isExact,
      includeVector: chance(random, 0.3),
      includeText: chance(random, 0.5),
      includeMetadata: false,
      minCoverageRatio: topK === undefined && chance(random, workload.partialRatio) ? 0 : 1,
      routingKey: '',
      balancingPolicy: oneOf(random, ['least_outstanding', 'round_robin'] as const),
      explain: false,
      requestId: '',
    };
  }

  #checkAnswer(
    where: string,
    { metric, partitions, id: collection }: CollectionEntry,
    { vector, topK, exact }: ValidSearch,
    { hits, coverage, explain }: SearchAnswer,
    seen: SeenSearch,
    interval: ReadInterval,
  ): void {
    const { history, violations } = this.#cluster;
    // To be asked for more, but there was nobody to ask: its first answer alone does not count.
    for (const partition of explain.askedAgain) {
      if ((seen.asked.get(partition) ?? topK) < topK) seen.answered.delete(partition);
    }
    // Split meanwhile, it was searched anew, as it is now.
    const isSplit = seen.collection !== undefined && seen.collection !== collection;
    const partitionCount = isSplit ? coverage.partitionsTotal : partitions.length;
    checkCoverage(violations, where, coverage, partitionCount, seen);
    const searched = claimedPartitions(coverage);
    const partitionFor = (id: string) => partitionOf(id, partitionCount);
    checkHits(
      history,
      violations,
      {
        where,
        vector,
        topK,
        isExact: exact,
        metric,
        partitionOf: partitionFor,
        searched,
        interval,
      },
      hits,
    );
    const includes = inPartitions(searched, partitionFor);
    checkCount(history, violations, where, coverage.documentsSearched, includes, interval);
  }
}
