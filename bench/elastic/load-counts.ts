/**
 * What searches and writes met within some time. Recall is kept by question, so that two such times
 * are compared question by question: how hard those are that happened to be asked then is left out.
 */
import { percentile } from '../report/run-report.js';

const ERRORS_KEPT_MAX = 5;

export class LoadCounts {
  searches = 0;
  failedSearches = 0;
  writes = 0;
  failedWrites = 0;
  /** The least of any answered search. */
  coverageMin = 1;
  readonly latenciesMs: number[] = [];
  /** The first few. */
  readonly errors: string[] = [];
  readonly #recallSums: number[];
  readonly #recallCounts: number[];

  constructor(questionCount: number) {
    this.#recallSums = new Array(questionCount).fill(0);
    this.#recallCounts = new Array(questionCount).fill(0);
  }

  /** All of them as one. */
  static merged(all: readonly LoadCounts[]): LoadCounts {
    const sum = new LoadCounts(Math.max(0, ...all.map((one) => one.#recallSums.length)));
    for (const one of all) {
      sum.searches += one.searches;
      sum.failedSearches += one.failedSearches;
      sum.writes += one.writes;
      sum.failedWrites += one.failedWrites;
      sum.coverageMin = Math.min(sum.coverageMin, one.coverageMin);
      sum.latenciesMs.push(...one.latenciesMs);
      sum.errors.push(...one.errors.slice(0, ERRORS_KEPT_MAX - sum.errors.length));
      one.#recallSums.forEach((value, i) => {
        sum.#recallSums[i] = (sum.#recallSums[i] as number) + value;
        sum.#recallCounts[i] = (sum.#recallCounts[i] as number) + (one.#recallCounts[i] as number);
      });
    }
    return sum;
  }

  get p99Ms(): number {
    const sorted = [...this.latenciesMs].sort((a, b) => a - b);
    return percentile(sorted, 0.99);
  }

  /** Mean over the questions that were asked. */
  get recall(): number {
    const asked = this.#asked();
    return asked.reduce((sum, question) => sum + this.#recallOf(question), 0) / asked.length;
  }

  /** By how much recall is below that of another time, over the questions asked in both. */
  recallLossTo(other: LoadCounts): number {
    const both = this.#asked().filter((question) => (other.#recallCounts[question] ?? 0) > 0);
    const losses = both.map((question) => other.#recallOf(question) - this.#recallOf(question));
    return losses.length === 0 ? 0 : losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  }

  searchAnswered(question: number, recall: number, coverageRatio: number): void {
    this.searches += 1;
    this.coverageMin = Math.min(this.coverageMin, coverageRatio);
    this.#recallSums[question] = (this.#recallSums[question] as number) + recall;
    this.#recallCounts[question] = (this.#recallCounts[question] as number) + 1;
  }

  searchFailed(error: unknown): void {
    this.searches += 1;
    this.failedSearches += 1;
    this.#note('search', error);
  }

  writeFailed(error: unknown): void {
    this.failedWrites += 1;
    this.#note('write', error);
  }

  toJSON() {
    const { searches, failedSearches, writes, failedWrites, coverageMin, recall, p99Ms } = this;
    const { errors } = this;
    return { searches, failedSearches, writes, failedWrites, coverageMin, recall, p99Ms, errors };
  }

  #asked(): number[] {
    return this.#recallCounts.flatMap((count, question) => (count > 0 ? [question] : []));
  }

  #recallOf(question: number): number {
    return (this.#recallSums[question] as number) / (this.#recallCounts[question] as number);
  }

  #note(what: string, error: unknown): void {
    if (this.errors.length < ERRORS_KEPT_MAX) this.errors.push(`${what}: ${String(error)}`);
  }
}
