/** A coordinator that has not heard of the topology for longer than its lease says so in its answers. */
import type { Coverage } from '../../../src/coordinator/search/coverage.js';
import type { SimCluster } from '../sim-cluster.js';

/** `behindMs`: how long, when the search began, there had been a topology that it did not know. */
export function checkStaleness(
  { plan, violations }: SimCluster,
  where: string,
  { topologyStaleMs }: Coverage,
  behindMs: number,
): void {
  if (plan.store === undefined || behindMs <= plan.store.topologyLeaseMs) return;
  if (topologyStaleMs > 0) return;
  const detail = `${where}: ${behindMs.toFixed(0)} ms behind, and does not say so`;
  violations.add('an old topology is told of', detail);
}
