/**
 * Plans from seeds. `swarm` draws every knob anew for each seed, faults included: some runs then have
 * no crashes, others nothing but. The other profiles press on one thing:
 *
 *   calm          no faults
 *   slow-replica  one node that is slow throughout
 *   conflict      writes that meet: few ids, late and repeated deliveries
 *   recovery      replicas that die, are emptied or damaged, and cannot reach each other
 *   away          replicas that are gone for longer than tombstones are kept
 *   disks         full, failing and slow disks, small batches
 *   clocks        wall clocks that jump, and coordinators that die
 *   stalls        cuts in one direction or both, pauses, slow links and late messages
 *   elastic       nodes that join, are drained, leave, are replaced, and copies that change, with
 *                 faults of nodes; one to three coordinators
 *   splits        as elastic, and the collection is split, again and again; once without faults, while
 *                 every request must succeed
 *   coordinators  several of them over one topology store: crashes, pauses, late word of changes, and a
 *                 store that is away; with fewer changes of shape
 */
import type { Random } from '../../src/base/random.js';
import { controlFaults, drawFaultKinds, drawFaults } from './draw-faults.js';
import type { FaultKind, RequestKind, ShapePlan, SimPlan, StorePlan } from './fault-plan.js';
import { between, chance, intBetween, oneOf, seedStream } from './seed-streams.js';

export const profileNames = [
  'swarm',
  'calm',
  'slow-replica',
  'conflict',
  'recovery',
  'away',
  'disks',
  'stalls',
  'clocks',
  'elastic',
  'coordinators',
  'splits',
] as const;
export type ProfileName = (typeof profileNames)[number];

/** Where the profiles take turns: of four seeds one is of the swarm, and two change the shape. */
export function profileOf(seed: number): ProfileName {
  const turns: ProfileName[] = ['swarm', 'elastic', 'coordinators'];
  const others = profileNames.filter((name) => !turns.includes(name));
  return turns[seed % 4] ?? (others[(seed >> 2) % others.length] as ProfileName);
}

export const STEPS_DEFAULT = 200;
const DAY_MS = 86_400_000;

export function drawPlan(seed: number, profile: ProfileName, steps = STEPS_DEFAULT): SimPlan {
  const random = seedStream(seed, `plan/${profile}`);
  const plan = drawSwarm(random, seed, steps);
  plan.profile = profile;
  switch (profile) {
    case 'swarm':
      break;
    case 'calm':
      Object.assign(plan.network, { resetRatio: 0, swallowRatio: 0, tailRatio: 0 });
      plan.faults = [];
      break;
    case 'slow-replica':
      makeSlow(random, plan);
      break;
    case 'conflict':
      makeConflicting(random, plan);
      break;
    case 'recovery':
      replicate(random, plan);
      redrawFaults(random, plan, 8, ['crash_node', 'wipe_node', 'damage_row', 'cut_peers']);
      break;
    case 'away':
      makeAway(random, plan);
      break;
    case 'disks':
      replicate(random, plan);
      redrawFaults(random, plan, 10, ['full_disk', 'fail_sync', 'slow_disk', 'damage_row']);
      break;
    case 'clocks':
      replicate(random, plan);
      redrawFaults(random, plan, 8, ['jump_wall_clock', 'skew_node', 'crash_coordinator']);
      break;
    case 'stalls':
      replicate(random, plan);
      Object.assign(plan.network, { tailRatio: 0.05, tailMs: 300, isOrdered: false });
      redrawFaults(random, plan, 8, ['cut_link', 'cut_peers', 'pause_node', 'slow_link']);
      break;
    case 'elastic':
      makeElastic(random, plan);
      break;
    case 'splits':
      makeElastic(random, plan);
      if (plan.shape !== undefined) plan.shape.hasSplits = true;
      break;
    case 'coordinators':
      makeShared(random, plan);
      break;
  }
  return plan;
}

function drawSwarm(random: Random, seed: number, steps: number): SimPlan {
  const nodeCount = intBetween(random, 1, 5);
  const intervalMs = oneOf(random, [2, 5, 10, 25]);
  const isHostile = chance(random, 0.7);
  return {
    seed,
    profile: 'swarm',
    steps,
    cluster: {
      nodeCount,
      partitionCount: oneOf(random, [1, 2, 4, 8]),
      replicationFactor: intBetween(random, 1, Math.min(3, nodeCount)),
      dimension: intBetween(random, 1, 4),
      metric: oneOf(random, ['cosine', 'dot', 'l2'] as const),
      tombstoneGraceMs: DAY_MS,
      comparisonIntervalMs: oneOf(random, [2_000, 10_000]),
    },
    network: {
      delayMsMin: between(random, 0.02, 1),
      delayMsMean: between(random, 0.05, 3),
      tailRatio: isHostile ? between(random, 0, 0.05) : 0,
      tailMs: between(random, 10, 300),
      isOrdered: chance(random, 0.5),
      resetRatio: isHostile && chance(random, 0.5) ? between(random, 0, 0.004) : 0,
      swallowRatio: isHostile && chance(random, 0.3) ? between(random, 0, 0.005) : 0,
      lateDeliveryRatio: between(random, 0, 1),
      duplicateRatio: between(random, 0, 0.5),
      keepaliveMs: between(random, 500, 4_000),
    },
    node: {
      rowReadMs: between(random, 0, 0.05),
      insertMs: between(random, 0, 0.3),
      syncMs: between(random, 0.1, 8),
      saveMs: between(random, 1, 50),
      buildMs: between(random, 5, 200),
    },
    topologySyncMs: between(random, 0.5, 20),
    workload: {
      intervalMs,
      idCount: oneOf(random, [3, 20, 60, 200]),
      batchMax: oneOf(random, [1, 4, 30]),
      topKMax: oneOf(random, [1, 10, 100]),
      deadlineMsMin: oneOf(random, [5, 50, 500]),
      deadlineMsMax: oneOf(random, [600, 2_000, 6_000]),
      cancelRatio: chance(random, 0.5) ? between(random, 0, 0.3) : 0,
      partialRatio: between(random, 0, 1),
      churnRatio: chance(random, 0.4) ? between(random, 0.01, 0.1) : 0,
      churnMax: 8,
      weights: drawWeights(random),
    },
    faults: drawFaults(
      random,
      drawFaultKinds(random),
      intBetween(random, 0, 10) * faultsPer(steps),
      nodeCount,
      steps * intervalMs,
    ),
  };
}

/** Long runs have more faults, and still some peace between them. */
function faultsPer(steps: number): number {
  return Math.max(1, Math.round(Math.sqrt(steps / STEPS_DEFAULT)));
}

function drawWeights(random: Random): Record<RequestKind, number> {
  return {
    upsert: between(random, 1, 4),
    delete: between(random, 0, 2),
    search: between(random, 0.5, 2),
    exact_search: between(random, 0.5, 3),
    get: between(random, 0.2, 2),
    count: between(random, 0, 0.5),
    list: between(random, 0, 0.5),
  };
}

function endOf({ steps, workload }: SimPlan): number {
  return steps * workload.intervalMs;
}

/** Several copies of everything. */
function replicate(random: Random, plan: SimPlan): void {
  plan.cluster.nodeCount = intBetween(random, 2, 4);
  plan.cluster.replicationFactor = intBetween(random, 2, Math.min(3, plan.cluster.nodeCount));
  plan.cluster.partitionCount = oneOf(random, [1, 2, 4]);
}

function redrawFaults(
  random: Random,
  plan: SimPlan,
  count: number,
  kinds: readonly FaultKind[],
): void {
  const total = count * faultsPer(plan.steps);
  const others: FaultKind[] = chance(random, 0.3) ? ['crash_coordinator', 'reset_link'] : [];
  const machineCount = plan.cluster.nodeCount + (plan.shape?.spareCount ?? 0);
  plan.faults = drawFaults(random, [...kinds, ...others], total, machineCount, endOf(plan));
  if (plan.store !== undefined) spreadOverCoordinators(random, plan);
}

/** Faults of coordinators are any one's. */
function spreadOverCoordinators(random: Random, { faults, store }: SimPlan): void {
  for (const fault of faults) {
    if (fault.kind !== 'crash_coordinator' && fault.kind !== 'jump_wall_clock') continue;
    fault.coordinator = intBetween(random, 0, (store?.coordinatorCount ?? 1) - 1);
  }
}

function makeSlow(random: Random, plan: SimPlan): void {
  Object.assign(plan.network, { resetRatio: 0, swallowRatio: 0 });
  const forMs = endOf(plan);
  const factor = intBetween(random, 5, 40);
  plan.faults = [{ atMs: 0, kind: 'slow_node', node: 0, forMs, factor }];
}

function makeConflicting(random: Random, plan: SimPlan): void {
  plan.cluster.nodeCount = 3;
  plan.cluster.replicationFactor = intBetween(random, 2, 3);
  Object.assign(plan.workload, { idCount: 3, batchMax: 2 });
  plan.workload.weights = { ...plan.workload.weights, upsert: 4, delete: 4, get: 4 };
  Object.assign(plan.network, {
    isOrdered: false,
    tailRatio: 0.1,
    tailMs: 100,
    resetRatio: 0.01,
    lateDeliveryRatio: 0.8,
    duplicateRatio: 0.5,
  });
  redrawFaults(random, plan, 8, ['crash_node', 'reset_link', 'crash_coordinator']);
}

/** Minutes pass, of which tombstones are kept for seconds; clocks differ by less than the margin. */
function makeAway(random: Random, plan: SimPlan): void {
  replicate(random, plan);
  plan.cluster.partitionCount = oneOf(random, [1, 2]);
  plan.cluster.tombstoneGraceMs = oneOf(random, [10_000, 30_000]);
  Object.assign(plan.workload, { intervalMs: 1_000, idCount: 20, deadlineMsMin: 500 });
  plan.workload.weights = { ...plan.workload.weights, upsert: 3, delete: 3 };
  plan.faults = [];
  redrawFaults(random, plan, 8, ['crash_node', 'cut_link', 'wipe_node', 'skew_node', 'cut_peers']);
  const { tombstoneGraceMs } = plan.cluster;
  for (const fault of plan.faults) {
    if (fault.kind === 'skew_node') fault.byMs = between(random, -0.1, 0.1) * tombstoneGraceMs;
    if (fault.kind === 'crash_node') fault.downMs = between(random, 0.5, 3) * tombstoneGraceMs;
  }
}

/** Machines come and go; requests are further apart, so that moves have time to happen. */
function makeElastic(random: Random, plan: SimPlan): void {
  plan.cluster.nodeCount = intBetween(random, 2, 4);
  plan.cluster.replicationFactor = intBetween(random, 1, Math.min(3, plan.cluster.nodeCount));
  plan.cluster.partitionCount = oneOf(random, [1, 2, 4]);
  plan.workload.intervalMs = oneOf(random, [25, 50, 100]);
  plan.workload.churnMax = 3;
  plan.shape = drawShape(random, 0.08);
  plan.store = drawStore(random, intBetween(random, 1, 3));
  redrawFaults(random, plan, 6, [
    ...['crash_node', 'cut_link', 'cut_peers', 'pause_node', 'slow_node', 'wipe_node'],
    ...['damage_row', 'slow_disk', 'crash_controller', 'crash_coordinator'],
  ] as FaultKind[]);
}

function makeShared(random: Random, plan: SimPlan): void {
  plan.cluster.nodeCount = intBetween(random, 2, 4);
  plan.cluster.replicationFactor = intBetween(random, 2, Math.min(3, plan.cluster.nodeCount));
  plan.cluster.partitionCount = oneOf(random, [1, 2, 4]);
  plan.workload.intervalMs = oneOf(random, [25, 50, 100]);
  plan.workload.churnMax = 3;
  plan.shape = drawShape(random, 0.03);
  plan.store = drawStore(random, intBetween(random, 2, 3));
  const nodeFaults: FaultKind[] = ['crash_node', 'cut_link', 'reset_link', 'jump_wall_clock'];
  redrawFaults(random, plan, 10, [...controlFaults, 'crash_coordinator', ...nodeFaults]);
}

function drawShape(random: Random, changeRatioMax: number): ShapePlan {
  return {
    spareCount: intBetween(random, 1, 3),
    changeRatio: between(random, 0.01, changeRatioMax),
    replaceAfterMs: oneOf(random, [2_000, 8_000]),
    settleMs: oneOf(random, [200, 1_000]),
  };
}

function drawStore(random: Random, coordinatorCount: number): StorePlan {
  return {
    coordinatorCount,
    tripMsMean: between(random, 0.2, 5),
    timeoutMs: oneOf(random, [200, 2_000]),
    lostRatio: chance(random, 0.5) ? between(random, 0, 0.02) : 0,
    watchMsMean: oneOf(random, [1, 20, 200]),
    seatMs: oneOf(random, [2_000, 4_000]),
    topologyLeaseMs: oneOf(random, [1_000, 5_000]),
  };
}
