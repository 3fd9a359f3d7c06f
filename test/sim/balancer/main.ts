/** `npm run sim:balancer`: every policy under every fault, with one coordinator and with four. */
import { balancingPolicies } from '../../../src/coordinator/balancing/replica-picker.js';
import { type BalancerResult, runBalancer } from './balancer-sim.js';

const faults = ['none', 'slow', 'failing_fast', 'stalling', 'cold'] as const;
const SEED = 1;

function show(name: string, result: BalancerResult): void {
  const { p50Ms, p99Ms, p999Ms, longestMs } = result;
  const [p50, p99, p999, longest] = [p50Ms, p99Ms, p999Ms, longestMs].map((ms) => ms.toFixed(1));
  console.log(
    `  ${name.padEnd(18)} p50 ${p50}  p99 ${p99}  p99.9 ${p999}  longest ${longest} ms  ` +
      `failed ${result.failed}  faulty node ${(100 * result.faultyShareRatio).toFixed(1)} %  ` +
      `skew ${result.skewRatio.toFixed(2)}  hedges ${result.hedges}  probes ${result.probes}`,
  );
}

console.log('`weighted` with equal weights is plain random; `client_hash` has no key here.');
for (const coordinators of [1, 4]) {
  const usual = { coordinators, rate: 300, durationMs: 10_000, seed: SEED };
  for (const fault of faults) {
    console.log(`\ncoordinators ${coordinators}, one of three nodes: ${fault}`);
    for (const policy of balancingPolicies) {
      show(policy, await runBalancer({ ...usual, policy, fault }));
    }
  }
  console.log(
    `\ncoordinators ${coordinators}, one of three nodes: stalling, and nothing to hedge with`,
  );
  const policy = 'least_outstanding';
  show(policy, await runBalancer({ ...usual, policy, fault: 'stalling', hasBudget: false }));
}
