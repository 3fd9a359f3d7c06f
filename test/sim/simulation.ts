/**
 * One run: the cluster comes up; requests and faults (safety: what is claimed must hold whatever goes
 * wrong); then everything heals, and the cluster must serve again within a bound, bring its replicas
 * level, find exactly what was written, and let go of all work (liveness).
 */
import { settlePromises } from '../support/virtual-clock.js';
import type { FaultKind, SimPlan } from './fault-plan.js';
import { hooksFor, type PlantedBug } from './planted-bugs.js';
import type { ShapeChange } from './shape-changes.js';
import { SimCluster } from './sim-cluster.js';
import { SimulationRun } from './simulation-run.js';
import type { Violation } from './violations.js';

export interface SimResult {
  plan: SimPlan;
  violations: Violation[];
  /** Of all that happened, in order. */
  eventHash: string;
  eventCount: number;
  lastEvents: string[];
  outcomes: Map<string, number>;
  firedFaults: Map<FaultKind, number>;
  /** What operators changed, by kind. */
  shapeChanges: Map<ShapeChange, number>;
  messageCount: number;
  lateDeliveryCount: number;
  /** Replicas that were put back in sync. */
  recoveredCount: number;
  virtualMs: number;
}

export async function runSimulation(plan: SimPlan, bug?: PlantedBug): Promise<SimResult> {
  const cluster = new SimCluster(plan, hooksFor(bug));
  const run = new SimulationRun(cluster);
  const onRejection = (error: unknown) => run.onError('unhandled rejection', error);
  process.on('unhandledRejection', onRejection);
  try {
    await run.all();
    await settlePromises();
  } catch (error) {
    run.onError('the run threw', error);
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  return resultOf(cluster, run);
}

/** Runs it twice: both runs must be the same, event by event. */
export async function runTwice(plan: SimPlan, bug?: PlantedBug): Promise<SimResult> {
  const result = await runSimulation(plan, bug);
  if (result.violations.length > 0) return result;
  const again = await runSimulation(plan, bug);
  if (again.eventHash !== result.eventHash) {
    const detail = `${result.eventHash}, then ${again.eventHash}`;
    result.violations.push({ claim: 'a seed decides everything', detail, atMs: 0 });
  }
  return result;
}

function resultOf(cluster: SimCluster, run: SimulationRun): SimResult {
  const { plan, violations, log, network, world } = cluster;
  return {
    plan,
    violations: violations.found,
    eventHash: log.hash(),
    eventCount: log.count,
    lastEvents: log.lastLines(60),
    outcomes: run.outcomes,
    firedFaults: run.firedFaults,
    shapeChanges: run.shapeChanges,
    messageCount: network.messageCount,
    lateDeliveryCount: network.lateCount,
    recoveredCount: cluster.recoveredCount,
    virtualMs: world.nowMs(),
  };
}
