/**
 * Looks for every document of a collection again and again, in every way there is, while others write:
 * all of them listed, each exactly once; counted; some got by id; some searched for exactly by their own
 * vector, and found once each.
 */

import type { Random } from '../../src/base/random.js';
import { randomInt, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient } from '../../src/client/index.js';

const WRONG_KEPT_MAX = 10;
const PROBES = 20;
const PAGE = 1_000;
const PAUSE_MS = 100;

export class Census {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #vectors: readonly Float32Array[];
  readonly #random: Random;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();
  /** Times that everything was listed. */
  roundCount = 0;
  callCount = 0;
  failedCount = 0;
  wrongCount = 0;
  readonly wrong: string[] = [];
  readonly errors: string[] = [];
  /** By kind of call, in milliseconds. */
  readonly slowest = new Map<string, number>();

  constructor(
    client: AnnulusClient,
    collection: string,
    vectors: readonly Float32Array[],
    seed: number,
  ) {
    this.#client = client;
    this.#collection = collection;
    this.#vectors = vectors;
    this.#random = seededRandom(seed);
  }

  start(): void {
    this.#running = Promise.all([
      this.#repeat(() => this.#listAll()),
      this.#repeat(() => this.#probe()),
    ]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #repeat(look: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      try {
        await look();
      } catch (error) {
        this.failedCount += 1;
        if (this.errors.length < WRONG_KEPT_MAX) this.errors.push(`census: ${error}`);
      }
      await new Promise<void>((resolve) => systemClock.setTimer(PAUSE_MS, resolve));
    }
  }

  async #listAll(): Promise<void> {
    const found = new Set<string>();
    let last = '';
    let pageAtMs = systemClock.nowMs();
    for await (const { id } of this.#client.listAll(this.#collection, { pageSize: PAGE })) {
      if (found.has(id)) this.#note(`${id} is listed twice, after ${last}`);
      found.add(id);
      last = id;
      if (found.size % PAGE === 0) {
        this.#took('list page', pageAtMs);
        pageAtMs = systemClock.nowMs();
      }
      // The list ends here, judged by nobody.
      if (this.#isStopped) return;
    }
    this.callCount += 1;
    this.roundCount += 1;
    for (const row of this.#vectors.keys()) {
      if (!found.has(`d${row}`)) this.#note(`d${row} is not listed`);
    }
    if (found.size !== this.#vectors.length) this.#note(`${found.size} documents are listed`);
  }

  async #probe(): Promise<void> {
    const rows = Array.from({ length: PROBES }, () =>
      randomInt(this.#random, this.#vectors.length),
    );
    const ids = [...new Set(rows.map((row) => `d${row}`))];
    this.callCount += 3;
    const { documents, missingIds } = await this.#timed('get', () =>
      this.#client.get(this.#collection, ids),
    );
    if (documents.length !== ids.length) this.#note(`got ${documents.length} of ${ids.length}`);
    for (const id of missingIds) this.#note(`${id} is not got`);
    const count = await this.#timed('count', () => this.#client.count(this.#collection));
    if (count !== this.#vectors.length) this.#note(`${count} documents are counted`);
    const [row = 0] = rows;
    const vector = this.#vectors[row] as Float32Array;
    const { hits } = await this.#timed('exact search', () =>
      this.#client.search(this.#collection, { vector, topK: 10, exact: true }),
    );
    const times = hits.filter(({ id }) => id === `d${row}`).length;
    if (times !== 1) this.#note(`d${row} is found ${times} times`);
    if (new Set(hits.map(({ id }) => id)).size !== hits.length) this.#note('one is found twice');
  }

  async #timed<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const begunAtMs = systemClock.nowMs();
    try {
      return await call();
    } finally {
      this.#took(kind, begunAtMs);
    }
  }

  #took(kind: string, begunAtMs: number): void {
    const tookMs = systemClock.nowMs() - begunAtMs;
    this.slowest.set(kind, Math.max(tookMs, this.slowest.get(kind) ?? 0));
  }

  #note(what: string): void {
    this.wrongCount += 1;
    if (this.wrong.length < WRONG_KEPT_MAX) this.wrong.push(what);
  }
}
