/**
 * Whether work that cannot begin at once may wait, and which classes of work are turned away first when
 * too much waits. Decisions only; `read-gate.ts` and `write-gate.ts` carry them out.
 *
 * A read may wait when the queue has room, when it will have been answered by its deadline going by
 * what waits before it, and when the wait is one that is worth having: a burst may wait for long, but a
 * queue that has been standing for a while only makes everybody late without one more answer, so then a
 * short wait is all that is allowed. The queue is first in, first out: what may wait will be served in
 * time, so serving the newest first would only break that promise.
 *
 * The longer reads have to wait, the more is turned away, in this order: hedges, and retries of what was
 * too slow or refused; bulk writes; single writes; reads. Health, heartbeats and administration never
 * ask. A class that is turned away keeps a few requests at a time, so that it never starves.
 *
 * Sources: Maurer, "Fail at Scale" (ACM Queue 2015), https://doi.org/10.1145/2838344.2839461 (short
 * standing queues, long bursts); Beyer et al., "Site Reliability Engineering" (2016), chapter 21,
 * https://sre.google/sre-book/handling-overload/ (criticality).
 */
export interface AdmissionOptions {
  /** Reads that may wait. 1..100,000; default 1,000. */
  queueLimit: number;
  /** Longest wait in a burst, in milliseconds. Default 1,000. */
  burstMs: number;
  /** ... once reads have been waiting without a break for so long, in milliseconds. Default 1,000. */
  standingAfterMs: number;
  /** ... the longest wait is this, in milliseconds. Default 100. */
  standingMs: number;
}

export const defaultAdmissionOptions: AdmissionOptions = {
  queueLimit: 1_000,
  burstMs: 1_000,
  standingAfterMs: 1_000,
  standingMs: 100,
};

/** `queue`: too many wait. `wait`: too long. `deadline`: too late. `pressure`: more urgent work waits. */
export type ShedCause = 'queue' | 'wait' | 'deadline' | 'pressure' | 'limit';

export interface Shed {
  cause: ShedCause;
  /** When to come back, in whole milliseconds, at least 1. */
  retryAfterMs: number;
}

/** What is known of the queue when a read comes. */
export interface QueueView {
  waitingCount: number;
  /** Time between two reads leaving the queue. */
  msPerRead: number;
  /** How long reads take once they have left it. */
  serviceMs: number;
  /** Since when there was always one waiting; undefined when there is none. */
  standingSinceMs: number | undefined;
}

const RETRY_AFTER_MS_MAX = 10_000;

/** Undefined: it may wait. */
export function judgeWait(
  queue: QueueView,
  deadlineAtMs: number,
  nowMs: number,
  options: AdmissionOptions,
): Shed | undefined {
  const waitMs = (queue.waitingCount + 1) * queue.msPerRead;
  const longestMs = longestWaitMs(queue, nowMs, options);
  if (queue.waitingCount >= options.queueLimit) return shed('queue', waitMs);
  if (nowMs + waitMs + queue.serviceMs > deadlineAtMs) return shed('deadline', waitMs);
  return waitMs > longestMs ? shed('wait', waitMs) : undefined;
}

/** How pressed reads are: 0, none waits; 1, reads are turned away. */
export function pressureOf(queue: QueueView, nowMs: number, options: AdmissionOptions): number {
  const { waitingCount, msPerRead } = queue;
  if (waitingCount === 0) return 0;
  const byWait = (waitingCount * msPerRead) / longestWaitMs(queue, nowMs, options);
  return Math.min(1, Math.max(byWait, waitingCount / options.queueLimit));
}

export type WriteClass = 'bulk' | 'single';

/** From which pressure on a class is turned away, and what it keeps: requests at a time. */
const writeShedding: Record<WriteClass, { fromPressure: number; keptCount: number }> = {
  bulk: { fromPressure: 0.25, keptCount: 1 },
  single: { fromPressure: 0.75, keptCount: 4 },
};

export function isWriteShed(kind: WriteClass, pressure: number, inFlightCount: number): boolean {
  const { fromPressure, keptCount } = writeShedding[kind];
  return pressure >= fromPressure && inFlightCount >= keptCount;
}

export function shed(cause: ShedCause, waitMs: number): Shed {
  return { cause, retryAfterMs: Math.min(RETRY_AFTER_MS_MAX, Math.max(1, Math.ceil(waitMs))) };
}

function longestWaitMs(
  { standingSinceMs }: QueueView,
  nowMs: number,
  { burstMs, standingAfterMs, standingMs }: AdmissionOptions,
): number {
  const isStanding = standingSinceMs !== undefined && nowMs - standingSinceMs > standingAfterMs;
  return isStanding ? standingMs : burstMs;
}
