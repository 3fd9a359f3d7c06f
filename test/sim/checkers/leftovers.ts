/**
 * Nothing outlives its request: once all requests have ended, no call is under way on any link, no
 * timer waits but those that always do, and no node has work queued.
 */
import type { SimCluster } from '../sim-cluster.js';

/** Per link: the next heartbeat, and one timer for all its calls. */
const TIMERS_PER_NODE = 2;
/** The mark of the clock, the look after recoveries and moves, and the comparison of replicas. */
const TIMERS_PER_COORDINATOR = 4;

export function checkLeftovers(cluster: SimCluster): void {
  const claim = 'nothing outlives its request';
  const { coordinator, violations, nodes } = cluster;
  if (coordinator === undefined) return;
  for (const { nodeId, link } of coordinator.nodes.all()) {
    if (link.outstanding > 0) {
      violations.add(claim, `${link.outstanding} calls are under way to ${nodeId}`);
    }
  }
  const timersMax = TIMERS_PER_COORDINATOR + TIMERS_PER_NODE * nodes.length;
  const { timerCount } = cluster.coordinatorProcess;
  if (timerCount > timersMax) {
    violations.add(claim, `${timerCount} timers wait in the coordinator, ${timersMax} may`);
  }
  for (const { nodeId, shardNode } of nodes) {
    if (shardNode === undefined) continue;
    const { queueDepth, writeOpsInFlight } = shardNode;
    if (queueDepth + writeOpsInFlight > 0) {
      const work = `${queueDepth} queued, ${writeOpsInFlight} writes`;
      violations.add(claim, `${nodeId} has ${work} left`);
    }
  }
}
