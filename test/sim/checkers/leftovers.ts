/**
 * Nothing outlives its request: once all requests have ended, no call is under way on any link, no
 * timer waits but those that always do, and no node has work queued.
 */
import type { SimCluster } from '../sim-cluster.js';

/** Per link: the next heartbeat, and one timer for all its calls. */
const TIMERS_PER_NODE = 2;
/** The mark of the clock, looks after recoveries, moves and splits, the comparison of replicas. */
const TIMERS_PER_COORDINATOR = 5;

export function leftovers({ coordinator, coordinatorProcess, nodes }: SimCluster): string[] {
  const found: string[] = [];
  if (coordinator === undefined) return found;
  for (const { nodeId, link } of coordinator.nodes.all()) {
    if (link.outstanding > 0) found.push(`${link.outstanding} calls are under way to ${nodeId}`);
  }
  const timersMax = TIMERS_PER_COORDINATOR + TIMERS_PER_NODE * nodes.length;
  const { timerCount } = coordinatorProcess;
  if (timerCount > timersMax) {
    found.push(`${timerCount} timers wait in the coordinator, ${timersMax} may`);
  }
  for (const { nodeId, shardNode } of nodes) {
    if (shardNode === undefined) continue;
    const { queueDepth, writeOpsInFlight } = shardNode;
    if (queueDepth + writeOpsInFlight === 0) continue;
    found.push(`${nodeId} has ${queueDepth} queued, ${writeOpsInFlight} writes left`);
  }
  return found;
}

export function checkLeftovers(cluster: SimCluster): void {
  for (const left of leftovers(cluster)) {
    cluster.violations.add('nothing outlives its request', left);
  }
}
