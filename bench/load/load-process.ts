/**
 * A client of the cluster as a process of its own, so that what it costs is not paid by whoever
 * measures. Takes one task at a time over IPC.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient, type DocumentInput } from '../../src/client/index.js';
import { percentile } from '../report/run-report.js';
import type { IngestLoad, IngestLoadResult, SearchLoad, SearchLoadResult } from './messages.js';

const IDLE_STREAM_MS = 600_000;
let client: AnnulusClient | undefined;

function clientOf(address: string): AnnulusClient {
  client ??= new AnnulusClient({ address, idleStreamMs: IDLE_STREAM_MS });
  return client;
}

/** Makes searches and notes how long each took, retries included. */
class Searcher {
  readonly #client: AnnulusClient;
  readonly #load: SearchLoad;
  readonly #queryCount: number;
  #next = 0;
  readonly latenciesMs: number[] = [];
  failedCount = 0;

  constructor(load: SearchLoad) {
    this.#client = clientOf(load.address);
    this.#load = load;
    this.#queryCount = load.queries.length / load.dimension;
  }

  async searchOnce(begunAtMs: number): Promise<void> {
    const { collection, queries, dimension } = this.#load;
    const from = (this.#next++ % this.#queryCount) * dimension;
    const vector = queries.subarray(from, from + dimension);
    try {
      await this.#client.search(collection, { vector });
    } catch {
      this.failedCount += 1;
    }
    this.latenciesMs.push(systemClock.nowMs() - begunAtMs);
  }
}

async function runSearches(load: SearchLoad): Promise<SearchLoadResult> {
  const searcher = new Searcher(load);
  const startMs = systemClock.nowMs();
  const endMs = startMs + load.durationMs;
  if (load.perSecond !== undefined) await atRate(searcher, load.perSecond, startMs, endMs);
  else await alwaysUnderWay(searcher, load.concurrency ?? 1, endMs);
  const sorted = searcher.latenciesMs.sort((a, b) => a - b);
  return {
    count: sorted.length,
    failedCount: searcher.failedCount,
    tookMs: systemClock.nowMs() - startMs,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: percentile(sorted, 1),
  };
}

async function alwaysUnderWay(searcher: Searcher, count: number, endMs: number): Promise<void> {
  const loop = async () => {
    for (let nowMs = systemClock.nowMs(); nowMs < endMs; nowMs = systemClock.nowMs()) {
      await searcher.searchOnce(nowMs);
    }
  };
  await Promise.all(Array.from({ length: count }, loop));
}

async function atRate(
  searcher: Searcher,
  perSecond: number,
  startMs: number,
  endMs: number,
): Promise<void> {
  const running: Promise<void>[] = [];
  const intervalMs = 1000 / perSecond;
  for (let dueAtMs = startMs; dueAtMs < endMs; dueAtMs += intervalMs) {
    const waitMs = dueAtMs - systemClock.nowMs();
    if (waitMs > 0) await sleep(waitMs);
    running.push(searcher.searchOnce(systemClock.nowMs()));
  }
  await Promise.all(running);
}

async function runIngest(load: IngestLoad): Promise<IngestLoadResult> {
  const startMs = systemClock.nowMs();
  const endMs = startMs + load.durationMs;
  const rowCount = load.vectors.length / load.dimension;
  function* documents(): Generator<DocumentInput> {
    for (let i = load.firstNumber; systemClock.nowMs() < endMs; i += 1) {
      const from = (i % rowCount) * load.dimension;
      const vector = load.vectors.subarray(from, from + load.dimension);
      yield { id: `${load.prefix}${i}`, vector };
    }
  }
  const { upserted } = await clientOf(load.address).upsertMany(load.collection, documents());
  return { count: upserted, tookMs: systemClock.nowMs() - startMs };
}

process.on('message', (load: SearchLoad | IngestLoad) => {
  const done = load.kind === 'search' ? runSearches(load) : runIngest(load);
  done.then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
