/**
 * Port: which replica answers. A policy sees candidates that could all answer, with their load, and
 * names one; what counts as load is decided elsewhere (`node-load.ts`), and who is a candidate by
 * health. Policies are pure but for their own small memory.
 */
import { invalidField } from '../../base/errors.js';
import type { NodeId, Partition } from '../../base/ids.js';

export interface Candidate {
  nodeId: NodeId;
  /** Outstanding work, in requests, what this very request has already planned included. */
  load: number;
  /** Smoothed with peaks; undefined as long as nothing is known. */
  latencyMs: number | undefined;
  /** Share of the work relative to the other nodes; above 0. */
  weight: number;
}

/** What is being picked for. */
export interface PickContext {
  partition: Partition;
  /** Empty: none. */
  routingKey: string;
}

export interface ReplicaPicker {
  readonly policy: BalancingPolicy;
  /** One of the candidates, of which there is at least one. */
  pick(candidates: readonly Candidate[], context: PickContext): Candidate;
}

export const balancingPolicies = [
  'least_outstanding',
  'peak_ewma',
  'round_robin',
  'weighted',
  'client_hash',
] as const;
export type BalancingPolicy = (typeof balancingPolicies)[number];

export const defaultBalancingPolicy: BalancingPolicy = 'least_outstanding';

/**
 * The policy of one request: its own, or its routing key's, or its collection's. `requested` is empty
 * when the request does not say.
 */
export function policyOfRequest(
  requested: BalancingPolicy | '',
  routingKey: string,
  ofCollection: BalancingPolicy,
): BalancingPolicy {
  if (requested !== '') return requested;
  return routingKey !== '' ? 'client_hash' : ofCollection;
}

/** Empty stays empty. */
export function checkBalancingPolicy(field: string, name: string): BalancingPolicy | '' {
  if (name === '') return '';
  const policy = balancingPolicies.find((known) => known === name);
  if (policy === undefined) throw invalidField(field, name, balancingPolicies.join(', '));
  return policy;
}
