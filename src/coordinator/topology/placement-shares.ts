/**
 * What each node ought to carry of one collection, and how far it may stray.
 *
 * Zones come first: the copies of a partition are spread over them as evenly as their numbers of
 * nodes allow, so with as many zones as copies no two share one. Within that, load follows weight:
 * a node's target is its weight's share of all replicas, except that no node can hold two copies of
 * one partition and no zone more (or less) than the spread allows; what does not fit goes to the
 * others by weight.
 *
 * A node may carry (1 + epsilon) times its target, the bounded loads of Mirrokni, Thorup and
 * Zadimoghaddam (2016), https://arxiv.org/abs/1608.01350, and no less than half of it. Targets are
 * often 1 or 2, where epsilon means nothing: up to 4 the upper bound is the target rounded up, and a
 * node whose target is 1 or more is never left empty (so four partitions on three nodes make 2, 1, 1).
 */
import { invariant } from '../../base/invariant.js';

/**
 * How far a node may stray from its target. Smaller is more even, but full nodes pass replicas on,
 * and one that joins then sets off a chain of moves.
 */
export const LOAD_EPSILON = 0.25;
/** The least part of its target that a node carries. */
export const LOAD_RATIO_MIN = 0.5;

/** The same for replicas that are there already: they move one by one, so no chains are set off. */
export const KEPT_EPSILON = 0.1;
export const KEPT_RATIO_MIN = 0.8;

/** Absorbs rounding of targets that are whole numbers in truth. */
const ROUNDING = 1e-9;

export interface ZoneSpread {
  /** Copies of every partition that each zone gets at least, by zone. */
  min: number[];
  /** And at most. */
  max: number[];
}

/** The most even spread of `copies` over zones of so many nodes. */
export function spreadOverZones(copies: number, nodeCounts: readonly number[]): ZoneSpread {
  const placed = (level: number) => nodeCounts.reduce((sum, n) => sum + Math.min(n, level), 0);
  invariant(copies <= placed(Number.POSITIVE_INFINITY), 'more copies than nodes');
  let level = 0;
  while (level < copies && placed(level + 1) <= copies) level += 1;
  const hasRest = placed(level) < copies;
  return {
    min: nodeCounts.map((n) => Math.min(n, level)),
    max: nodeCounts.map((n) => Math.min(n, hasRest ? level + 1 : level)),
  };
}

export interface ShareClaim {
  weight: number;
  min: number;
  max: number;
}

/**
 * Splits `total` by weight, no claim below its minimum or above its maximum. The sum of minima must
 * not exceed the total, that of maxima not fall short of it.
 */
export function splitByWeight(total: number, claims: readonly ShareClaim[]): number[] {
  const shares: number[] = claims.map(() => 0);
  let open = claims.map((_, index) => index);
  let rest = total;
  while (open.length > 0) {
    const weight = open.reduce((sum, i) => sum + (claims[i] as ShareClaim).weight, 0);
    const wanted = (i: number) => (rest * (claims[i] as ShareClaim).weight) / weight;
    const bounded = (i: number) => {
      const { min, max } = claims[i] as ShareClaim;
      return Math.min(max, Math.max(min, wanted(i)));
    };
    const excess = open.reduce((sum, i) => sum + bounded(i) - wanted(i), 0);
    const isFixed = (i: number) =>
      excess > ROUNDING
        ? bounded(i) > wanted(i) + ROUNDING
        : excess < -ROUNDING
          ? bounded(i) < wanted(i) - ROUNDING
          : true;
    const fixed = open.filter(isFixed);
    for (const i of fixed) shares[i] = bounded(i);
    rest = total - shares.reduce((sum, share) => sum + share, 0);
    if (fixed.length === 0) break;
    open = open.filter((i) => !fixed.includes(i));
  }
  return shares;
}

export interface LoadBounds {
  min: number;
  max: number;
}

/** What a node may carry when a collection is placed afresh. */
export function boundsAfresh(target: number): LoadBounds {
  return {
    min: Math.min(roundedDown(target), roundedUp(LOAD_RATIO_MIN * target)),
    max: Math.max(roundedUp(target), roundedDown((1 + LOAD_EPSILON) * target)),
  };
}

/**
 * What a node may carry when replicas are there already: within a tenth above and a fifth below its
 * target, for then the ring has little say in it anyway. A node that is new gets its whole target.
 */
export function boundsKept(target: number, isNew: boolean): LoadBounds {
  const min = Math.min(roundedDown(target), roundedUp(KEPT_RATIO_MIN * target));
  return {
    min: isNew ? roundedDown(target) : min,
    max: Math.max(roundedUp(target), roundedDown((1 + KEPT_EPSILON) * target)),
  };
}

function roundedDown(value: number): number {
  return Math.floor(value + ROUNDING);
}

function roundedUp(value: number): number {
  return Math.ceil(value - ROUNDING);
}

export interface WeightedNode {
  /** Index into the spread. */
  zone: number;
  weight: number;
}

/** Each node's ideal number of replicas: by weight, as far as zones and partitions allow. */
export function targetLoads(
  nodes: readonly WeightedNode[],
  spread: ZoneSpread,
  partitionCount: number,
  copies: number,
): number[] {
  const byZone = spread.min.map((_, zone) => nodes.filter((node) => node.zone === zone));
  const zoneTargets = splitByWeight(
    partitionCount * copies,
    byZone.map((inZone, zone) => ({
      weight: inZone.reduce((sum, node) => sum + node.weight, 0),
      min: (spread.min[zone] as number) * partitionCount,
      max: (spread.max[zone] as number) * partitionCount,
    })),
  );
  const targets = new Map<WeightedNode, number>();
  byZone.forEach((inZone, zone) => {
    const claims = inZone.map(({ weight }) => ({ weight, min: 0, max: partitionCount }));
    const shares = splitByWeight(zoneTargets[zone] as number, claims);
    inZone.forEach((node, i) => {
      targets.set(node, shares[i] as number);
    });
  });
  return nodes.map((node) => targets.get(node) as number);
}
