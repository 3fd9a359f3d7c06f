/**
 * Searches and writes without a pause, and a ledger of what was acknowledged. Vectors are drawn from a
 * few clusters; the true neighbours of the fixed questions among documents that never change are
 * computed once, and each search is compared with them.
 */
import { type Random, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient } from '../../src/client/index.js';

export const DIMENSION = 32;
const TOP_K = 10;
const QUESTIONS = 50;
const BATCH = 20;
/** Ids that are written again and again; the documents that never change are beside them. */
const CHANGING_IDS = 2_000;
/** Changing documents are far from all questions, so that true neighbours stay what they are. */
const FAR = 100;

export interface LoadCounts {
  searches: number;
  failedSearches: number;
  partialSearches: number;
  writes: number;
  failedWrites: number;
  /** Hits among the true ten, since it was last taken. */
  recallSum: number;
  recallCount: number;
  latenciesMs: number[];
  /** The first few. */
  errors: string[];
}

export class MixedLoad {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #steady: Float32Array[] = [];
  readonly #questions: Float32Array[] = [];
  readonly #truth: string[][];
  readonly #random: Random;
  /** By id: the last edition that was acknowledged. */
  readonly acknowledged = new Map<string, number>();
  #counts = emptyCounts();
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();
  /** Pause after each operation of a loop, in milliseconds. */
  readonly #pauseMs: number;

  constructor(
    client: AnnulusClient,
    collection: string,
    options: { steadyCount: number; seed: number; pauseMs: number },
  ) {
    this.#client = client;
    this.#collection = collection;
    this.#pauseMs = options.pauseMs;
    this.#random = seededRandom(options.seed);
    for (let i = 0; i < options.steadyCount; i += 1) this.#steady.push(this.#vector());
    for (let i = 0; i < QUESTIONS; i += 1) this.#questions.push(this.#vector());
    this.#truth = this.#questions.map((question) => nearest(this.#steady, question));
  }

  /** Writes what never changes. */
  async fill(): Promise<void> {
    const documents = this.#steady.map((vector, i) => ({ id: `steady-${i}`, vector }));
    await this.#client.upsertMany(this.#collection, documents);
  }

  start(): void {
    this.#running = Promise.all([this.#search(0), this.#search(1), this.#write(0), this.#write(1)]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** What was counted since the last call. */
  take(): LoadCounts {
    const counts = this.#counts;
    this.#counts = emptyCounts();
    return counts;
  }

  /** Acknowledged documents that are not there as acknowledged, and steady ones that are gone. */
  async lost(): Promise<string[]> {
    const lost: string[] = [];
    const seen = new Map<string, number>();
    for await (const { id, metadata } of this.#client.listAll(this.#collection)) {
      seen.set(id, Number(metadata.edition ?? 0));
    }
    for (const [id, edition] of this.acknowledged) {
      const found = seen.get(id);
      if (found === undefined || found < edition) lost.push(`${id}: ${found}, not ${edition}`);
    }
    this.#steady.forEach((_, i) => {
      if (!seen.has(`steady-${i}`)) lost.push(`steady-${i}`);
    });
    return lost;
  }

  async #search(start: number): Promise<void> {
    for (let i = start; !this.#isStopped; i += 1) {
      const at = i % QUESTIONS;
      const begunAtMs = systemClock.nowMs();
      try {
        const { hits, coverage } = await this.#client.search(this.#collection, {
          vector: this.#questions[at] as Float32Array,
          topK: TOP_K,
        });
        if (coverage.ratio < 1) this.#counts.partialSearches += 1;
        const truth = this.#truth[at] as string[];
        this.#counts.recallSum += hits.filter(({ id }) => truth.includes(id)).length / TOP_K;
        this.#counts.recallCount += 1;
      } catch (error) {
        this.#counts.failedSearches += 1;
        this.#note(error);
      }
      this.#counts.searches += 1;
      this.#counts.latenciesMs.push(systemClock.nowMs() - begunAtMs);
      await this.#pause();
    }
  }

  async #write(writer: number): Promise<void> {
    for (let i = 0; !this.#isStopped; i += 1) {
      const documents = Array.from({ length: BATCH }, (_, k) => {
        const id = `changing-${writer}-${(i * BATCH + k) % CHANGING_IDS}`;
        const vector = Array.from({ length: DIMENSION }, (__, d) => FAR + ((i + k + d) % 7));
        return { id, vector, metadata: { edition: i + 1 } };
      });
      try {
        await this.#client.upsert(this.#collection, documents);
        for (const { id, metadata } of documents) this.acknowledged.set(id, metadata.edition);
      } catch (error) {
        this.#counts.failedWrites += 1;
        this.#note(error);
      }
      this.#counts.writes += 1;
      await this.#pause();
    }
  }

  #note(error: unknown): void {
    if (this.#counts.errors.length < 5) this.#counts.errors.push(String(error));
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => systemClock.setTimer(this.#pauseMs, resolve));
  }

  #vector(): Float32Array {
    return Float32Array.from({ length: DIMENSION }, () => this.#random.next());
  }
}

function nearest(vectors: readonly Float32Array[], question: Float32Array): string[] {
  const distances = vectors.map((vector, i) => {
    let sum = 0;
    for (let d = 0; d < DIMENSION; d += 1) {
      sum += ((vector[d] as number) - (question[d] as number)) ** 2;
    }
    return { id: `steady-${i}`, sum };
  });
  return distances
    .sort((a, b) => a.sum - b.sum)
    .slice(0, TOP_K)
    .map(({ id }) => id);
}

function emptyCounts(): LoadCounts {
  return {
    searches: 0,
    failedSearches: 0,
    partialSearches: 0,
    writes: 0,
    failedWrites: 0,
    recallSum: 0,
    recallCount: 0,
    latenciesMs: [],
    errors: [],
  };
}
