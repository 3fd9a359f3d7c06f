/** Whoever takes itself for the controller has the seat: so there are never two. */
import type { SimCluster } from '../sim-cluster.js';

export function checkControllers({ coordinators, etcd, plan, violations }: SimCluster): void {
  if (plan.store === undefined) return;
  for (const { coordinator, index, name } of coordinators) {
    if (coordinator?.election.isController !== true || etcd.controller === index) continue;
    const detail = `${name} does, the seat is with ${etcd.controller ?? 'nobody'}`;
    violations.add('who acts as the controller has the seat', detail);
  }
}
