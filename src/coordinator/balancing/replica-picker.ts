/**
 * Port: which replica answers. A policy sees candidates that could all answer, with their load, and
 * names one; what counts as load is decided elsewhere (`node-load.ts`), and who is a candidate by
 * health. Policies are pure but for their own small memory.
 */
import type { NodeId } from '../../base/ids.js';

export interface Candidate {
  nodeId: NodeId;
  /** Outstanding work: requests of ours in flight, plus what the node last said it had queued. */
  load: number;
}

export interface ReplicaPicker {
  readonly policy: BalancingPolicy;
  /** One of the candidates, of which there is at least one. */
  pick(candidates: readonly Candidate[]): Candidate;
}

export const balancingPolicies = ['least_outstanding', 'round_robin'] as const;
export type BalancingPolicy = (typeof balancingPolicies)[number];
