/**
 * Asks a node on which something recovers how far that is, more often than heartbeats do, so that no
 * recovery waits for one. It says nothing of the node's health: an answer that is late does not count.
 */
import type { Clock } from '../../base/clock.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import type { RegisteredNode } from './registered-node.js';

export interface RecoveryWatchParts {
  clock: Clock;
  timeoutMs: number;
  /** False: it was removed, or the coordinator stops. */
  isKnown(node: RegisteredNode): boolean;
  onReports(node: RegisteredNode, reports: readonly ReplicaReport[]): void;
}

/** Between two looks. */
const INTERVAL_MS = 100;

/** To be called with every report of a node. */
export function watchRecoveries(
  node: RegisteredNode,
  reports: readonly ReplicaReport[],
  { clock, timeoutMs, isKnown, onReports }: RecoveryWatchParts,
): void {
  const isRecovering = reports.some(({ recovery }) => recovery !== undefined);
  if (!isRecovering || node.recoveryTimer !== undefined) return;
  node.recoveryTimer = clock.setTimer(INTERVAL_MS, () => {
    const { link } = node;
    if (!isKnown(node) || !link.isConnected) {
      node.recoveryTimer = undefined;
      return;
    }
    link.send({ kind: 'heartbeat' }, timeoutMs, (outcome) => {
      node.recoveryTimer = undefined;
      if (node.link !== link || outcome.status !== 'ok') return;
      if (outcome.reply.kind === 'heartbeat') onReports(node, outcome.reply.replicas);
    });
  });
}
