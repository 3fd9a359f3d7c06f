/**
 * Which faults a run has, and how often each. They are dealt like cards: each deck holds every kind,
 * so a run that is longer than a deck has seen all of them.
 */
import { type Random, shuffle } from '../../src/base/random.js';
import { damageGraph, damageStore, fullDisk, wipeNode } from './disk-faults.js';
import type { Fault } from './fault.js';
import { blackhole, resetConnections } from './network-faults.js';
import {
  killCoordinator,
  killNode,
  killTwoNodes,
  restartStorm,
  stallNode,
} from './process-faults.js';

import {
  collectionIsSplit,
  copiesChange,
  nodeIsReplaced,
  nodeJoins,
  nodeLeaves,
  weightChanges,
} from './shape-changes.js';

export interface Profile {
  /** What `--faults` counts. */
  counts: 'SIGKILLs' | 'faults';
  /** Faults that need a proxy in front of each node, or a small disk. */
  needsProxies: boolean;
  needsSmallDisk: boolean;
  /** After the last fault all replicas must be equal within so long. */
  convergeLimitMs: number;
  deck: readonly [Fault, number][];
}

export const profiles = {
  kills: {
    counts: 'SIGKILLs',
    needsProxies: false,
    needsSmallDisk: false,
    convergeLimitMs: 30_000,
    deck: [
      [killNode, 10],
      [killTwoNodes, 2],
      [killCoordinator, 2],
      [restartStorm, 1],
    ],
  },
  mixed: {
    counts: 'faults',
    needsProxies: true,
    needsSmallDisk: true,
    convergeLimitMs: 30_000,
    deck: [
      [killNode, 2],
      [killTwoNodes, 1],
      [killCoordinator, 1],
      [restartStorm, 1],
      [stallNode, 2],
      [blackhole, 2],
      [resetConnections, 1],
      [fullDisk, 1],
      [damageStore, 1],
      [damageGraph, 1],
      [wipeNode, 1],
    ],
  },
  shape: {
    counts: 'faults',
    needsProxies: false,
    needsSmallDisk: false,
    convergeLimitMs: 60_000,
    deck: [
      [nodeJoins, 4],
      [nodeLeaves, 4],
      [nodeIsReplaced, 1],
      [weightChanges, 1],
      [copiesChange, 1],
      [collectionIsSplit, 1],
      [killNode, 3],
      [killCoordinator, 2],
      [stallNode, 1],
    ],
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

/** Deals faults without end. */
export function* dealFaults(deck: Profile['deck'], random: Random): Generator<Fault, never> {
  for (;;) {
    const cards = deck.flatMap(([fault, count]) => Array.from({ length: count }, () => fault));
    yield* shuffle(random, cards);
  }
}
