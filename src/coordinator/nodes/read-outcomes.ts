/** What the end of one read attempt says of its node: health, load, how long its reads take. */
import type { PartStatus } from '../../base/errors.js';
import type { RegisteredNode } from './registered-node.js';

export interface ReadAttemptEnd {
  /** See `RouteRequest`. */
  kind: string;
  partitionCount: number;
  status: PartStatus;
  tookMs: number;
  /** The node answered, but not for one of the partitions: its replicas are bad. */
  hasOnlyFailures: boolean;
  /** It was late, and by the time it was cancelled others had answered all of it. */
  isLost: boolean;
  /** It was cancelled because the deadline of the whole read had come. */
  isDeadline: boolean;
  /** Do not try again before this many milliseconds. 0: no advice. */
  retryAfterMs: number;
}

/** Whoever waits for less than this cannot blame a node for being too slow. */
const PATIENCE_MS_MIN = 100;

export function noteReadAttempt(node: RegisteredNode, end: ReadAttemptEnd, nowMs: number): void {
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
      node.loadMeter.pushedBack(end.retryAfterMs, nowMs);
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

function noteFailure(node: RegisteredNode, nowMs: number): void {
  node.health.requestFailed(nowMs);
  node.loadMeter.failed(nowMs);
}

function noteLoss(node: RegisteredNode, end: ReadAttemptEnd, nowMs: number): void {
  node.health.requestLost(nowMs);
  node.loadMeter.lost(end.tookMs, nowMs);
  node.latencies.record(end.kind, end.partitionCount, end.tookMs, nowMs);
}
