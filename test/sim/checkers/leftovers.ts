/**
 * Nothing outlives its request: once all requests have ended, no call is under way on any link, no
 * timer waits but those that always do, and no node has work queued.
 */
import type { SimCluster } from '../sim-cluster.js';
import type { SimCoordinator } from '../sim-coordinator.js';

/** Per link: the next heartbeat, and one timer for all its calls. */
const TIMERS_PER_NODE = 2;
/** The mark of the clock, looks after recoveries, moves and splits, and the comparison of replicas. */
const TIMERS_PER_COORDINATOR = 5;
/** The next word of the store, the controller's seat, and the look after unfinished collections. */
const TIMERS_WITH_SHARED_STORE = 3;

export function leftovers({ serving, nodes, plan }: SimCluster): string[] {
  const found = serving.flatMap((one) => leftoversAt(one, plan.store !== undefined));
  for (const { nodeId, shardNode } of nodes) {
    if (shardNode === undefined) continue;
    const { queueDepth, writeOpsInFlight } = shardNode;
    if (queueDepth + writeOpsInFlight === 0) continue;
    found.push(`${nodeId} has ${queueDepth} queued, ${writeOpsInFlight} writes left`);
  }
  return found;
}

function leftoversAt({ coordinator, process, name }: SimCoordinator, isShared: boolean): string[] {
  const found: string[] = [];
  const known = coordinator?.nodes.all() ?? [];
  for (const { nodeId, link } of known) {
    if (link.outstanding > 0) found.push(`${link.outstanding} calls are under way to ${nodeId}`);
  }
  const ownMax = TIMERS_PER_COORDINATOR + (isShared ? TIMERS_WITH_SHARED_STORE : 0);
  const timersMax = ownMax + TIMERS_PER_NODE * known.length;
  const { timerCount } = process;
  if (timerCount > timersMax) {
    found.push(`${timerCount} timers wait in the ${name}, ${timersMax} may`);
  }
  return found;
}

export function checkLeftovers(cluster: SimCluster): void {
  for (const left of leftovers(cluster)) {
    cluster.violations.add('nothing outlives its request', left);
  }
}
