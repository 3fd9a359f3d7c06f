/**
 * Searches and writes that go on while a cluster changes shape, and a ledger of what was acknowledged.
 * Some documents are written again and again, each time as a newer edition whose vector differs in the
 * last digits only: the graphs have to follow, and the true neighbours of the questions stay.
 */
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient } from '../../src/client/index.js';
import { type ElasticData, TOP_K } from './elastic-data.js';
import { LoadCounts } from './load-counts.js';

/** Documents of one write. */
export const BATCH = 10;
const LOOPS = 2;
/** Relative to the last edition; editions come round. */
const DRIFT = 1e-6;
const DRIFTS = 100;

export interface MixedLoadOptions {
  data: ElasticData;
  /** Documents, the last ones, that are written again and again. */
  changingCount: number;
  /** Pause after each operation of a loop, in milliseconds. */
  pauseMs: number;
}

export class MixedLoad {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #options: MixedLoadOptions;
  /** By row: the last edition that was acknowledged, and the last one that was tried. */
  readonly #acknowledged: number[];
  readonly #tried: number[];
  #counts: LoadCounts;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(client: AnnulusClient, collection: string, options: MixedLoadOptions) {
    this.#client = client;
    this.#collection = collection;
    this.#options = options;
    const { documents, questions } = options.data;
    this.#acknowledged = documents.map(() => 0);
    this.#tried = documents.map(() => 0);
    this.#counts = new LoadCounts(questions.length);
  }

  get documentCount(): number {
    return this.#acknowledged.length;
  }

  /** Writes every document once. */
  async fill(): Promise<void> {
    const documents = this.#options.data.documents.map((_, row) => this.#document(row, 0));
    const { failures } = await this.#client.upsertMany(this.#collection, documents);
    if (failures.length > 0) throw new Error(`not filled: ${failures[0]?.error.message}`);
  }

  start(): void {
    const loops = Array.from({ length: LOOPS }, (_, i) => [this.#search(i), this.#write(i)]);
    this.#running = Promise.all(loops.flat());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** What was counted since the last call. */
  take(): LoadCounts {
    const counts = this.#counts;
    this.#counts = new LoadCounts(this.#options.data.questions.length);
    return counts;
  }

  /** Documents that are not there, or older than was acknowledged, or newer than was ever written. */
  async lost(): Promise<string[]> {
    const editions = new Map<string, number>();
    for await (const { id, metadata } of this.#client.listAll(this.#collection)) {
      editions.set(id, Number(metadata.edition));
    }
    return this.#acknowledged.flatMap((acknowledged, row) => {
      const found = editions.get(idOf(row));
      const isThere = found !== undefined && found >= acknowledged;
      if (isThere && found <= (this.#tried[row] as number)) return [];
      return [`${idOf(row)}: edition ${found}, not ${acknowledged}`];
    });
  }

  async #search(start: number): Promise<void> {
    const { questions, truth } = this.#options.data;
    for (let i = start; !this.#isStopped; i += 1) {
      const at = i % questions.length;
      const begunAtMs = systemClock.nowMs();
      const counts = this.#counts;
      try {
        const { hits, coverage } = await this.#client.search(this.#collection, {
          vector: questions[at] as Float32Array,
          topK: TOP_K,
        });
        const found = hits.filter(({ id }) => truth[at]?.has(rowOfId(id))).length;
        counts.searchAnswered(at, found / TOP_K, coverage.ratio);
      } catch (error) {
        counts.searchFailed(error);
      }
      counts.latenciesMs.push(systemClock.nowMs() - begunAtMs);
      await this.#pause();
    }
  }

  async #write(writer: number): Promise<void> {
    const { data, changingCount } = this.#options;
    const first = data.documents.length - changingCount;
    const own = Array.from({ length: changingCount }, (_, i) => first + i).filter(
      (row) => row % LOOPS === writer,
    );
    for (let at = 0; !this.#isStopped; at = (at + BATCH) % own.length) {
      const rows = own.slice(at, at + BATCH);
      const documents = rows.map((row) => {
        const edition = (this.#tried[row] as number) + 1;
        this.#tried[row] = edition;
        return this.#document(row, edition);
      });
      const counts = this.#counts;
      counts.writes += 1;
      try {
        await this.#client.upsert(this.#collection, documents);
        for (const [k, row] of rows.entries()) {
          this.#acknowledged[row] = documents[k]?.metadata.edition as number;
        }
      } catch (error) {
        counts.writeFailed(error);
      }
      await this.#pause();
    }
  }

  #document(row: number, edition: number) {
    const vector = this.#options.data.documents[row] as Float32Array;
    const scale = 1 + DRIFT * (edition % DRIFTS);
    return {
      id: idOf(row),
      vector: edition === 0 ? vector : vector.map((value) => value * scale),
      metadata: { edition },
    };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => systemClock.setTimer(this.#options.pauseMs, resolve));
  }
}

function idOf(row: number): string {
  return `d${row}`;
}

function rowOfId(id: string): number {
  return Number(id.slice(1));
}
