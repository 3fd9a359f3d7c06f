/**
 * Plans from seeds. `swarm` draws every knob anew for each seed, faults included: some runs then have
 * no crashes, others nothing but. `calm` has no faults, `slow-replica` one node that is slow
 * throughout. `conflict` is about writes that meet: few ids, late and repeated deliveries.
 */
import { type Random, shuffle } from '../../src/base/random.js';
import type { CutDirection, Fault, FaultKind, RequestKind, SimPlan } from './fault-plan.js';
import { between, chance, exponential, intBetween, oneOf, seedStream } from './seed-streams.js';

export const profileNames = ['swarm', 'calm', 'slow-replica', 'conflict'] as const;
export type ProfileName = (typeof profileNames)[number];

export const STEPS_DEFAULT = 200;

export function drawPlan(seed: number, profile: ProfileName, steps = STEPS_DEFAULT): SimPlan {
  const random = seedStream(seed, `plan/${profile}`);
  const plan = drawSwarm(random, seed, steps);
  plan.profile = profile;
  const endAtMs = steps * plan.workload.intervalMs;
  switch (profile) {
    case 'swarm':
      break;
    case 'calm':
      Object.assign(plan.network, { resetRatio: 0, swallowRatio: 0, tailRatio: 0 });
      plan.faults = [];
      break;
    case 'slow-replica':
      Object.assign(plan.network, { resetRatio: 0, swallowRatio: 0 });
      plan.faults = [
        { atMs: 0, kind: 'slow_node', node: 0, forMs: endAtMs, factor: intBetween(random, 5, 40) },
      ];
      break;
    case 'conflict':
      makeConflicting(random, plan, endAtMs);
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
      weights: drawWeights(random),
    },
    faults: drawFaults(random, nodeCount, steps * intervalMs),
  };
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

export const allFaults: FaultKind[] = [
  'crash_node',
  'pause_node',
  'slow_node',
  'slow_disk',
  'full_disk',
  'fail_sync',
  'damage_row',
  'cut_link',
  'slow_link',
  'reset_link',
  'crash_coordinator',
  'jump_wall_clock',
];

const WALL_JUMPS_MS = [50, 30_000, 2 * 3_600_000];

function drawFaults(random: Random, nodeCount: number, endAtMs: number): Fault[] {
  const kinds = shuffle(random, [...allFaults]).slice(0, intBetween(random, 1, allFaults.length));
  const faults: Fault[] = [];
  const count = intBetween(random, 0, 10);
  for (let i = 0; i < count; i += 1) {
    const atMs = between(random, 0, endAtMs);
    faults.push(drawFault(random, oneOf(random, kinds), nodeCount, atMs, endAtMs));
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function drawFault(
  random: Random,
  kind: FaultKind,
  nodeCount: number,
  atMs: number,
  endAtMs: number,
): Fault {
  const node = intBetween(random, 0, nodeCount - 1);
  const forMs = Math.min(endAtMs - atMs, 5 + exponential(random, endAtMs / 5));
  switch (kind) {
    case 'crash_node':
      return { atMs, kind, node, downMs: forMs, keepsUnsynced: chance(random, 0.5) };
    case 'pause_node':
    case 'full_disk':
      return { atMs, kind, node, forMs };
    case 'slow_node':
    case 'slow_disk':
    case 'slow_link':
      return { atMs, kind, node, forMs, factor: 2 + exponential(random, 15) };
    case 'damage_row':
      return { atMs, kind, node, pick: random.next() };
    case 'cut_link': {
      const direction = oneOf<CutDirection>(random, ['to_node', 'from_node', 'both']);
      return { atMs, kind, node, forMs, direction };
    }
    case 'fail_sync':
    case 'reset_link':
      return { atMs, kind, node };
    case 'crash_coordinator':
      return { atMs, kind, downMs: Math.min(forMs, 500) };
    case 'jump_wall_clock':
      return {
        atMs,
        kind,
        byMs: Math.round(between(random, -1, 1) * oneOf(random, WALL_JUMPS_MS)),
      };
  }
}

function makeConflicting(random: Random, plan: SimPlan, endAtMs: number): void {
  plan.cluster.nodeCount = 3;
  plan.cluster.replicationFactor = intBetween(random, 2, 3);
  Object.assign(plan.workload, { intervalMs: endAtMs / plan.steps, idCount: 3, batchMax: 2 });
  plan.workload.weights = { ...plan.workload.weights, upsert: 4, delete: 4, get: 4 };
  Object.assign(plan.network, {
    isOrdered: false,
    tailRatio: 0.1,
    tailMs: 100,
    resetRatio: 0.01,
    lateDeliveryRatio: 0.8,
    duplicateRatio: 0.5,
  });
  plan.faults = [];
  for (let i = 0; i < 8; i += 1) {
    const kind = oneOf<FaultKind>(random, ['crash_node', 'reset_link', 'crash_coordinator']);
    plan.faults.push(drawFault(random, kind, 3, between(random, 0, endAtMs), endAtMs));
  }
  plan.faults.sort((a, b) => a.atMs - b.atMs);
}
