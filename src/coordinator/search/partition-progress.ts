/** How far one partition of a read has come: who was asked for it, and what came of that. */
import type { PartStatus } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import type { MissingReason } from './coverage.js';
import type { PartitionRead, PartitionReply } from './scatter-gather-port.js';

export class PartitionProgress<R extends PartitionReply> {
  readonly read: PartitionRead;
  /** Nodes that were asked, whatever came of it. */
  readonly asked = new Set<NodeId>();
  /** Attempts that may still answer it. */
  pendingAttempts = 0;
  /** The one that was sent last of those that may answer; a hedge follows it, and no earlier one. */
  lastAttemptId = 0;
  answeredBy = 0;
  reply: R | undefined = undefined;
  lastFailure: MissingReason | undefined = undefined;
  /** Answered, or not waited for any more. */
  isSettled = false;

  constructor(read: PartitionRead) {
    this.read = read;
  }

  get canAskAnother(): boolean {
    return this.read.nodeIds.length > this.asked.size;
  }

  /** The replica set is another one than was thought when the read was planned. */
  get isPlanOutdated(): boolean {
    return this.lastFailure === 'stale_generation' || this.lastFailure === 'unknown_generation';
  }

  notAskedYet(): NodeId[] {
    return this.read.nodeIds.filter((nodeId) => !this.asked.has(nodeId));
  }

  sent(nodeId: NodeId, attemptId: number): void {
    this.asked.add(nodeId);
    this.lastAttemptId = attemptId;
    this.pendingAttempts += 1;
  }

  /** True when only late attempts, or none at all, still work on it: others must be asked. */
  noteFailure(attemptId: number, status: Exclude<PartStatus, 'ok'>): boolean {
    if (this.isSettled) return false;
    this.lastFailure = status;
    return this.pendingAttempts === 0 || this.lastAttemptId === attemptId;
  }
}
