/**
 * Searches and reads by id without end, each answer checked against the ledger. Its client must not
 * try again: every failure is seen.
 *
 * A read fails when it does not answer, with full coverage, although the coordinator was up for the
 * whole of its time. What is under way when the only coordinator is killed, or begun before the client
 * has reached the new one, counts as interrupted and is asked again, as a caller would; ten seconds
 * after the coordinator is ready that is a failure too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient, SearchResult } from '../../src/client/index.js';
import type { CoordinatorLife } from './coordinator-life.js';
import { documentOf } from './document-of.js';
import { contentViolation, type Ledger } from './ledger.js';

export interface ReaderWorld {
  client: AnnulusClient;
  collection: string;
  ledger: Ledger;
  life: CoordinatorLife;
  /** An id that was written at some time. */
  anyId(random: Random): string | undefined;
  /** Something was answered that must not be, or was not answered that must be. */
  onViolation(text: string): void;
}

const TOP_K = 10;
const EXACT_RATIO = 0.3;
const GET_RATIO = 0.25;
const IDS_PER_GET = 5;
const PAUSE_MS = 4;
const INTERRUPTED_PAUSE_MS = 50;
const RECONNECT_LIMIT_MS = 10_000;

export class Reader {
  readonly #world: ReaderWorld;
  readonly #random: Random;
  searchCount = 0;
  exactSearchCount = 0;
  getCount = 0;
  failedSearchCount = 0;
  failedGetCount = 0;
  interruptedCount = 0;
  /** Approximate searches for a document's own vector, and those that did not find it. */
  selfSearchCount = 0;
  selfMissedCount = 0;
  /** While the coordinator was up; with what `explain` says of it. */
  slowest = { tookMs: 0, text: 'none' };
  #isInterrupted = false;

  constructor(world: ReaderWorld, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const id = this.#world.anyId(this.#random);
      if (id !== undefined) {
        if (this.#random.next() < GET_RATIO) await this.#get();
        else await this.#search(id);
      }
      await sleep(this.#isInterrupted ? INTERRUPTED_PAUSE_MS : PAUSE_MS);
    }
  }

  async #search(id: string): Promise<void> {
    const { client, collection, ledger, life } = this.#world;
    const exact = this.#random.next() < EXACT_RATIO;
    const since = ledger.now();
    const before = ledger.settled(id);
    const { vector } = documentOf(id, typeof before === 'number' ? before : 1);
    const mark = life.mark();
    const beganAtMs = systemClock.nowMs();
    try {
      const options = { vector, topK: TOP_K, exact, includeMetadata: true, explain: true };
      const result = await client.search(collection, options);
      this.#isInterrupted = false;
      this.searchCount += 1;
      if (exact) this.exactSearchCount += 1;
      this.#checkHits(result, since);
      const isStill = typeof before === 'number' && ledger.settled(id) === before;
      if (isStill) this.#checkSelf(result, id, exact);
      if (life.wasUpSince(mark)) this.#noteTime(result, systemClock.nowMs() - beganAtMs);
    } catch (error) {
      if (this.#isFailure(error, mark, exact ? 'exact search' : 'search')) {
        this.failedSearchCount += 1;
      }
    }
  }

  #noteTime({ explain }: SearchResult, tookMs: number): void {
    if (tookMs <= this.slowest.tookMs) return;
    const endedAt = new Date(systemClock.wallMs()).toISOString();
    const attempts = (explain?.attempts ?? []).map((attempt) => {
      const { nodeId, partitions, cause, outcome, sentMs, tookMs: ms } = attempt;
      return `${cause} ${nodeId}/${partitions} ${outcome} at ${sentMs.toFixed(0)}+${ms.toFixed(0)}`;
    });
    const refused = explain?.retriesRefused ?? 0;
    const inCoordinatorMs = explain?.totalMs.toFixed(0);
    const text = `${endedAt}, ${inCoordinatorMs} ms in the coordinator, ${refused} retries refused`;
    this.slowest = { tookMs, text: `${text}: ${attempts.join('; ')}` };
  }

  #checkHits({ hits, coverage }: SearchResult, since: number): void {
    const { ledger, onViolation } = this.#world;
    if (coverage.ratio !== 1) onViolation(`a search covered ${coverage.ratio}`);
    if (new Set(hits.map(({ id }) => id)).size < hits.length) onViolation('a search hit one twice');
    for (const { id, metadata } of hits) {
      const seen = metadata?.edition;
      if (typeof seen !== 'number') onViolation(`a search hit ${id} without its metadata`);
      else this.#report('a search', ledger.readViolation(id, seen, since));
    }
  }

  /** The document was there, unchanged, for the whole of the search. */
  #checkSelf({ hits }: SearchResult, id: string, exact: boolean): void {
    const isFound = hits.some((hit) => hit.id === id);
    if (exact && !isFound) this.#world.onViolation(`an exact search did not find ${id}`);
    if (exact) return;
    this.selfSearchCount += 1;
    if (!isFound) this.selfMissedCount += 1;
  }

  async #get(): Promise<void> {
    const { client, collection, ledger, life } = this.#world;
    const ids = Array.from({ length: 1 + randomInt(this.#random, IDS_PER_GET) }, () =>
      this.#world.anyId(this.#random),
    ).filter((id) => id !== undefined);
    const since = ledger.now();
    const mark = life.mark();
    try {
      const { documents, missingIds } = await client.get(collection, ids, { includeVector: true });
      this.#isInterrupted = false;
      this.getCount += 1;
      for (const id of missingIds)
        this.#report('a get', ledger.readViolation(id, 'missing', since));
      for (const document of documents) {
        const edition = document.metadata.edition as number;
        this.#report('a get', ledger.readViolation(document.id, edition, since));
        const wrong = contentViolation(document, edition);
        if (wrong !== undefined) this.#report('a get', `${document.id} ${wrong}`);
      }
    } catch (error) {
      if (this.#isFailure(error, mark, 'get')) this.failedGetCount += 1;
    }
  }

  /** False: the coordinator was away. */
  #isFailure(error: unknown, mark: number, what: string): boolean {
    const { life, onViolation } = this.#world;
    const isInTime = life.upMs < RECONNECT_LIMIT_MS;
    if (!life.wasUpSince(mark) || (this.#isInterrupted && isInTime)) {
      this.#isInterrupted = true;
      this.interruptedCount += 1;
      return false;
    }
    onViolation(`a ${what} failed: ${error instanceof Error ? error.message : String(error)}`);
    return true;
  }

  #report(where: string, violation: string | undefined): void {
    if (violation !== undefined) this.#world.onViolation(`${where}: ${violation}`);
  }
}
