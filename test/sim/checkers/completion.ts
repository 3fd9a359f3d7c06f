/**
 * Every request ends exactly once, by its deadline and a little slack; a read whose caller left ends
 * at once; and nothing ends after the coordinator that had it died.
 */
import type { Violations } from '../violations.js';

/** Timers fire on time in the simulation; sums of fractions are not exact. */
export const SLACK_MS = 1;

export interface RequestRecord {
  name: string;
  isRead: boolean;
  deadlineAtMs: number;
  /** When its caller left, if it did. */
  cancelledAtMs: number | undefined;
  endedAtMs: number | undefined;
  /** Its coordinator died first. */
  isLost: boolean;
}

export function checkEnd(violations: Violations, request: RequestRecord, nowMs: number): void {
  const { name, deadlineAtMs, cancelledAtMs } = request;
  if (request.endedAtMs !== undefined) {
    violations.add('every request ends once', `${name} ended again`);
  }
  if (request.isLost) {
    violations.add('nothing outlives its process', `${name} ended after its coordinator died`);
  }
  if (nowMs > deadlineAtMs + SLACK_MS) {
    const lateMs = (nowMs - deadlineAtMs).toFixed(1);
    violations.add('every request ends by its deadline', `${name} ended ${lateMs} ms late`);
  }
  if (request.isRead && cancelledAtMs !== undefined && nowMs > cancelledAtMs + SLACK_MS) {
    violations.add('a cancelled read ends at once', name);
  }
}

/** What has not ended although it should have. */
export function checkOverdue(
  violations: Violations,
  requests: Iterable<RequestRecord>,
  nowMs: number,
): void {
  for (const { name, deadlineAtMs } of requests) {
    if (nowMs <= deadlineAtMs + SLACK_MS) continue;
    violations.add('every request ends by its deadline', `${name} has not ended`);
  }
}
