/**
 * Who may answer a read at all, before a policy chooses among them. Tiers, of which the best that is
 * not empty counts:
 *
 *   1  healthy, and not turning work away
 *   2  healthy, but turning work away at the moment
 *   3  suspect, or silent to heartbeats, yet connected: better than nobody
 *   4  its replica was last reported as missing, loading or corrupt, or has yet to be told of the
 *      present replica set: it would refuse
 *
 * In panic tier 3 counts as tier 1. A node that has just come back is let into its tier with a chance
 * that grows with its readiness, so that any policy gives it less than its share (slow start). Pure.
 */
import type { NodeId } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { Candidate } from '../balancing/replica-picker.js';
import type { HealthState } from '../health/node-health.js';

/** One connected node that has a replica in sync. */
export interface ReadableNode extends Candidate {
  nodeId: NodeId;
  health: HealthState;
  isPushingBack: boolean;
  /** As last reported and told, or true when nothing was. */
  isReplicaOpen: boolean;
  /** 0..1; see `NodeHealth`. */
  readinessRatio: number;
}

/** Why those and no others are candidates; part of `explain`. */
export type CandidateTier = 'healthy' | 'panic' | 'pushing_back' | 'suspect' | 'not_open';

export interface Candidates {
  tier: CandidateTier;
  /** Of which a policy chooses; at least one. */
  nodes: ReadableNode[];
}

/** Undefined when there is no node at all. */
export function readCandidates(
  nodes: readonly ReadableNode[],
  isPanic: boolean,
  random: Random,
): Candidates | undefined {
  const open = nodes.filter((node) => node.isReplicaOpen);
  if (open.length === 0) return nodes.length === 0 ? undefined : tierOf('not_open', [...nodes]);
  const usable = isPanic ? open : open.filter((node) => node.health === 'up');
  const free = usable.filter((node) => !node.isPushingBack);
  if (free.length > 0) return tierOf(isPanic ? 'panic' : 'healthy', warmEnough(free, random));
  if (usable.length > 0) return tierOf('pushing_back', usable);
  return tierOf('suspect', open);
}

function tierOf(tier: CandidateTier, nodes: ReadableNode[]): Candidates {
  return { tier, nodes };
}

/** All are equally cold after a start of this process: then readiness tells nothing. */
function warmEnough(nodes: ReadableNode[], random: Random): ReadableNode[] {
  let warmest = 0;
  let coldest = 1;
  for (const { readinessRatio } of nodes) {
    warmest = Math.max(warmest, readinessRatio);
    coldest = Math.min(coldest, readinessRatio);
  }
  if (coldest === warmest) return nodes;
  return nodes.filter(
    (node) => node.readinessRatio === warmest || random.next() < node.readinessRatio / warmest,
  );
}
