/** Faults drawn from a seed, of the kinds that the plan's profile is about. */
import { type Random, shuffle } from '../../src/base/random.js';
import type { CutDirection, Fault, FaultKind } from './fault-plan.js';
import { between, chance, exponential, intBetween, oneOf } from './seed-streams.js';

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
  'wipe_node',
  'cut_peers',
  'skew_node',
];

/** Of several coordinators, and of the store that they share. */
export const controlFaults: FaultKind[] = [
  'crash_controller',
  'pause_controller',
  'pause_coordinator',
  'store_away',
  'cut_store',
  'slow_watch',
  'cut_one_link',
];

const WALL_JUMPS_MS = [50, 30_000, 2 * 3_600_000];

/** A random subset of the kinds: some runs have no crashes, others nothing but. */
export function drawFaultKinds(random: Random): FaultKind[] {
  return shuffle(random, [...allFaults]).slice(0, intBetween(random, 1, allFaults.length));
}

export function drawFaults(
  random: Random,
  kinds: readonly FaultKind[],
  count: number,
  nodeCount: number,
  endAtMs: number,
): Fault[] {
  const faults: Fault[] = [];
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
  const forMs = Math.min(endAtMs - atMs, 5 + exponential(random, Math.min(endAtMs / 5, 10_000)));
  switch (kind) {
    case 'crash_node':
      return { atMs, kind, node, downMs: forMs, keepsUnsynced: chance(random, 0.5) };
    case 'wipe_node':
      return { atMs, kind, node, downMs: forMs, losesRecord: chance(random, 0.5) };
    case 'pause_node':
    case 'full_disk':
      return { atMs, kind, node, forMs };
    case 'slow_node':
    case 'slow_disk':
    case 'slow_link':
      return { atMs, kind, node, forMs, factor: 2 + exponential(random, 15) };
    case 'damage_row':
      return { atMs, kind, node, pick: random.next() };
    case 'cut_link':
      return { atMs, kind, node, forMs, direction: drawDirection(random) };
    case 'cut_peers': {
      const peer = (node + intBetween(random, 1, Math.max(1, nodeCount - 1))) % nodeCount;
      return { atMs, kind, node, peer, forMs, direction: drawDirection(random) };
    }
    case 'fail_sync':
    case 'reset_link':
      return { atMs, kind, node };
    case 'crash_coordinator':
      return { atMs, kind, downMs: Math.min(forMs, 500) };
    case 'crash_controller':
      return { atMs, kind, downMs: forMs };
    case 'pause_controller':
    case 'store_away':
      return { atMs, kind, forMs };
    case 'pause_coordinator':
    case 'cut_store':
      return { atMs, kind, forMs, coordinator: drawCoordinator(random) };
    case 'slow_watch':
      return {
        atMs,
        kind,
        forMs,
        coordinator: drawCoordinator(random),
        lagMs: exponential(random, 2_000),
      };
    case 'cut_one_link':
      return {
        atMs,
        kind,
        node,
        forMs,
        coordinator: drawCoordinator(random),
        direction: drawDirection(random),
      };
    case 'jump_wall_clock':
      return { atMs, kind, byMs: drawJumpMs(random) };
    case 'skew_node':
      return { atMs, kind, node, byMs: drawJumpMs(random) };
  }
}

/** Counted round by those that there are. */
function drawCoordinator(random: Random): number {
  return intBetween(random, 0, 5);
}

function drawDirection(random: Random): CutDirection {
  return oneOf<CutDirection>(random, ['to_node', 'from_node', 'both']);
}

function drawJumpMs(random: Random): number {
  return Math.round(between(random, -1, 1) * oneOf(random, WALL_JUMPS_MS));
}
