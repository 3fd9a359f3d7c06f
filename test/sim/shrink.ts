/** Makes a failing plan smaller: fewer faults, then fewer requests, as long as it still fails. */
import type { SimPlan } from './fault-plan.js';

export async function shrinkPlan(
  plan: SimPlan,
  stillFails: (plan: SimPlan) => Promise<boolean>,
): Promise<SimPlan> {
  let smallest = plan;
  const tryPlan = async (smaller: SimPlan) => {
    if (!(await stillFails(smaller))) return false;
    smallest = smaller;
    return true;
  };
  for (let size = Math.max(1, plan.faults.length >> 1); size >= 1; size >>= 1) {
    for (let from = 0; from < smallest.faults.length; ) {
      const faults = smallest.faults.filter((_, i) => i < from || i >= from + size);
      if (!(await tryPlan({ ...smallest, faults }))) from += size;
    }
  }
  for (let steps = smallest.steps >> 1; steps >= 1; steps >>= 1) {
    if (!(await tryPlan({ ...smallest, steps }))) break;
  }
  return smallest;
}
