/**
 * The two ways to make load. Closed: so many searches are always under way, and a slow server is
 * asked less. Open: searches fall due at a fixed rate whatever the server does, and each latency runs
 * from the moment it was due, so that waiting behind a stall is counted (no coordinated omission).
 * In an open loop at most {@link OUTSTANDING_MAX} are under way; what falls due past that fails.
 */
import type { Clock } from '../../src/base/clock.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { LoadInterval, SearchLoadResult } from './messages.js';
import type { TargetAnswer } from './search-target.js';

const OUTSTANDING_MAX = 10_000;

export interface LoopPorts {
  clock: Clock;
  /** Resolves after that time, and keeps the process alive. */
  sleep(ms: number): Promise<unknown>;
  /** Begins one search. */
  search(): Promise<TargetAnswer>;
}

/** Counts what ends after `countFromMs`; with a rate, what was due after it. */
export class LoadRecorder {
  readonly #countFromMs: number;
  readonly #intervalMs: number | undefined;
  readonly #intervals: { histogram: LatencyHistogram; failedCount: number; coverageSum: number }[] =
    [];
  readonly #histogram = new LatencyHistogram();
  readonly #failures = new Map<string, number>();
  #failedCount = 0;
  #degradedCount = 0;
  #lastEndMs: number;

  constructor(countFromMs: number, intervalMs?: number) {
    this.#countFromMs = countFromMs;
    this.#lastEndMs = countFromMs;
    this.#intervalMs = intervalMs;
  }

  get count(): number {
    return this.#histogram.count + this.#failedCount;
  }

  answered(begunAtMs: number, endedAtMs: number, { coverageRatio }: TargetAnswer): void {
    if (!this.#isCounted(begunAtMs, endedAtMs)) return;
    const latencyMs = endedAtMs - begunAtMs;
    this.#histogram.recordMs(latencyMs);
    if (coverageRatio < 1) this.#degradedCount += 1;
    const interval = this.#intervalAt(endedAtMs);
    if (interval === undefined) return;
    interval.histogram.recordMs(latencyMs);
    interval.coverageSum += coverageRatio;
  }

  failed(begunAtMs: number, endedAtMs: number, error: unknown): void {
    if (!this.#isCounted(begunAtMs, endedAtMs)) return;
    const reason = reasonOf(error);
    this.#failedCount += 1;
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
    const interval = this.#intervalAt(endedAtMs);
    if (interval !== undefined) interval.failedCount += 1;
  }

  result(): SearchLoadResult {
    return {
      count: this.count,
      failedCount: this.#failedCount,
      failures: Object.fromEntries(this.#failures),
      degradedCount: this.#degradedCount,
      tookMs: this.#lastEndMs - this.#countFromMs,
      p50Ms: this.#histogram.percentileMs(50),
      p99Ms: this.#histogram.percentileMs(99),
      maxMs: this.#histogram.maxMs,
      histogram: this.#histogram.encode(),
      intervals: this.#encodedIntervals(),
    };
  }

  #isCounted(begunAtMs: number, endedAtMs: number): boolean {
    if (begunAtMs < this.#countFromMs) return false;
    this.#lastEndMs = Math.max(this.#lastEndMs, endedAtMs);
    return true;
  }

  #intervalAt(endedAtMs: number) {
    if (this.#intervalMs === undefined) return undefined;
    const index = Math.floor((endedAtMs - this.#countFromMs) / this.#intervalMs);
    while (this.#intervals.length <= index) {
      const histogram = new LatencyHistogram();
      this.#intervals.push({ histogram, failedCount: 0, coverageSum: 0 });
    }
    return this.#intervals[index];
  }

  #encodedIntervals(): LoadInterval[] {
    return this.#intervals.map(({ histogram, failedCount, coverageSum }, i) => ({
      startMs: i * (this.#intervalMs ?? 0),
      count: histogram.count + failedCount,
      failedCount,
      coverageSum,
      histogram: histogram.encode(),
    }));
  }
}

/** Keeps `concurrency` searches under way until `endMs`. */
export async function alwaysUnderWay(
  ports: LoopPorts,
  recorder: LoadRecorder,
  concurrency: number,
  endMs: number,
): Promise<void> {
  const { clock } = ports;
  const loop = async () => {
    for (let nowMs = clock.nowMs(); nowMs < endMs; nowMs = clock.nowMs()) {
      await searchOnce(ports, recorder, nowMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
}

/** Begins `perSecond` searches a second from `startMs` to `endMs`, and waits for the last. */
export async function atRate(
  ports: LoopPorts,
  recorder: LoadRecorder,
  perSecond: number,
  startMs: number,
  endMs: number,
): Promise<void> {
  const { clock } = ports;
  const intervalMs = 1000 / perSecond;
  const dueCount = Math.ceil((endMs - startMs) / intervalMs);
  const running = new Set<Promise<void>>();
  for (let begun = 0; begun < dueCount; ) {
    const nowMs = clock.nowMs();
    for (; begun < dueCount && startMs + begun * intervalMs <= nowMs; begun += 1) {
      const dueAtMs = startMs + begun * intervalMs;
      if (running.size >= OUTSTANDING_MAX) {
        recorder.failed(dueAtMs, nowMs, { reason: 'TOO_MANY_OUTSTANDING' });
        continue;
      }
      const search = searchOnce(ports, recorder, dueAtMs);
      running.add(search);
      void search.then(() => running.delete(search));
    }
    const waitMs = startMs + begun * intervalMs - clock.nowMs();
    if (begun < dueCount) await ports.sleep(Math.max(0, waitMs));
  }
  await Promise.all(running);
}

async function searchOnce(
  { clock, search }: LoopPorts,
  recorder: LoadRecorder,
  begunAtMs: number,
): Promise<void> {
  try {
    const answer = await search();
    recorder.answered(begunAtMs, clock.nowMs(), answer);
  } catch (error) {
    recorder.failed(begunAtMs, clock.nowMs(), error);
  }
}

function reasonOf(error: unknown): string {
  const { reason, code, message } = error as { reason?: string; code?: unknown; message?: string };
  return reason ?? (code === undefined ? String(message ?? error) : `code ${code}`);
}
