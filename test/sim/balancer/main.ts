/** `npm run sim:balancer`: every policy under every fault, with one coordinator and with four. */
import { balancingPolicies } from '../../../src/coordinator/balancing/replica-picker.js';
import { runBalancer } from './balancer-sim.js';

const faults = ['none', 'slow', 'failing_fast', 'stalling', 'cold'] as const;
const SEED = 1;

console.log('`weighted` with equal weights is plain random; `client_hash` has no key here.');
for (const coordinators of [1, 4]) {
  for (const fault of faults) {
    console.log(`\ncoordinators ${coordinators}, one of three nodes: ${fault}`);
    for (const policy of balancingPolicies) {
      const run = { policy, fault, coordinators, rate: 300, durationMs: 10_000, seed: SEED };
      const result = await runBalancer(run);
      const [p50, p99, p999] = [result.p50Ms, result.p99Ms, result.p999Ms].map((ms) =>
        ms.toFixed(1),
      );
      console.log(
        `  ${policy.padEnd(18)} p50 ${p50}  p99 ${p99}  p99.9 ${p999} ms  failed ${result.failed}  ` +
          `faulty node ${(100 * result.faultyShareRatio).toFixed(1)} %  ` +
          `skew ${result.skewRatio.toFixed(2)}  hedges ${result.hedges}  probes ${result.probes}`,
      );
    }
  }
}
