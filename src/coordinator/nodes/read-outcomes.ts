/** What the end of one read attempt says of its node: health, load, how long its reads take. */
import type { PartStatus } from '../../base/errors.js';
import type { RegisteredNode } from './registered-node.js';

export interface ReadAttemptEnd {
  /** See `RouteRequest`. */
  kind: string;
  partitionCount: number;
  status: PartStatus;
  sentAtMs: number;
  tookMs: number;
  /** Of that, being worked on, as the node said. */
  serviceMs: number;
  /** What it had been given. */
  timeoutMs: number;
  /** The node answered, but not for one of the partitions: its replicas are bad. */
  hasOnlyFailures: boolean;
  /** It was late, and by the time it was cancelled others had answered all of it. */
  isLost: boolean;
  /** That it took too long was noted while it did. */
  wasOverdue: boolean;
  /** It was cancelled because the deadline of the whole read had come. */
  isDeadline: boolean;
  /** Do not try again before this many milliseconds. 0: no advice. */
  retryAfterMs: number;
}

/** Whoever waits for less than this cannot blame a node for being too slow. */
const PATIENCE_MS_MIN = 100;
/** So many hedge delays are more than chance. */
const OVERDUE_FACTOR = 4;

export function noteReadAttempt(node: RegisteredNode, end: ReadAttemptEnd, nowMs: number): void {
  noteDelay(node, end, nowMs);
  switch (end.status) {
    case 'ok':
      if (end.hasOnlyFailures) noteFailure(node, nowMs);
      else {
        node.health.requestSucceeded(nowMs);
        node.loadMeter.answered(end.tookMs, nowMs);
        node.latencies.record(end.kind, end.partitionCount, end.tookMs, nowMs);
      }
      break;
    case 'unavailable':
      noteFailure(node, nowMs);
      break;
    case 'rejected':
      // What was refused only because its own time was so short says nothing to others.
      if (end.retryAfterMs <= end.timeoutMs) node.loadMeter.pushedBack(end.retryAfterMs, nowMs);
      break;
    case 'timed_out':
      if (end.tookMs >= PATIENCE_MS_MIN) noteFailure(node, nowMs);
      break;
    case 'cancelled':
      if (end.isLost) noteLoss(node, end, nowMs);
      else if (end.isDeadline && end.tookMs >= PATIENCE_MS_MIN) noteFailure(node, nowMs);
      break;
    default:
      break;
  }
}

/** A read that has not been answered by the time at which it may be hedged. */
export interface LateRead {
  sentAtMs: number;
  wasLate: boolean;
  overdueAtMs: number;
}

/**
 * Called again and again while a read is late. Where it cannot be hedged, for want of budget or because
 * reads are waiting, nobody overtakes its node; so one that keeps several reads for several times as
 * long as it usually needs, and answers none, would only be found out by its heartbeats.
 */
export function noteLate(node: RegisteredNode | undefined, read: LateRead, nowMs: number): void {
  if (!read.wasLate) {
    read.wasLate = true;
    const lateMs = nowMs - read.sentAtMs;
    read.overdueAtMs = read.sentAtMs + Math.max(PATIENCE_MS_MIN, OVERDUE_FACTOR * lateMs);
  } else if (nowMs >= read.overdueAtMs) {
    read.overdueAtMs = Number.POSITIVE_INFINITY;
    node?.health.requestLost(nowMs);
  }
}

export function isOverdue({ wasLate, overdueAtMs }: LateRead): boolean {
  return wasLate && overdueAtMs === Number.POSITIVE_INFINITY;
}

/** What the end of an attempt says of the time that its node lets reads wait. */
function noteDelay(node: RegisteredNode, end: ReadAttemptEnd, nowMs: number): void {
  const delayMs = delayOf(end);
  if (delayMs === undefined) return;
  const inFlight = node.readsInFlight + 1;
  node.concurrency.ended(end.sentAtMs, delayMs - node.roundTrip.leastMs, inFlight, nowMs);
}

/** Undefined when it says nothing. */
function delayOf({ status, tookMs, serviceMs, retryAfterMs, isDeadline }: ReadAttemptEnd) {
  switch (status) {
    case 'ok':
      return tookMs - serviceMs;
    case 'rejected':
      return Math.max(tookMs, retryAfterMs);
    case 'timed_out':
      return tookMs >= PATIENCE_MS_MIN ? tookMs : undefined;
    case 'cancelled':
      return isDeadline && tookMs >= PATIENCE_MS_MIN ? tookMs : undefined;
    default:
      return undefined;
  }
}

function noteFailure(node: RegisteredNode, nowMs: number): void {
  node.health.requestFailed(nowMs);
  node.loadMeter.failed(nowMs);
}

function noteLoss(node: RegisteredNode, end: ReadAttemptEnd, nowMs: number): void {
  if (!end.wasOverdue) node.health.requestLost(nowMs);
  node.loadMeter.lost(end.tookMs, nowMs);
  node.latencies.record(end.kind, end.partitionCount, end.tookMs, nowMs);
}
