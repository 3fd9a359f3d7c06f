/** What became of each operation of a write, over all the replicas that answered. */
import { invariant } from '../../base/invariant.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { WriteResult } from '../../wire/link-messages.js';
import type { ReplicaRole } from './replica-standing.js';

export interface OpOutcome {
  /** The document existed before, on any replica. */
  existed: boolean;
  /** At least one replica in sync took this very write. Stays true: others may have read it there. */
  isApplied: boolean;
  /**
   * Only replicas that are out of sync by now took it, those in sync have something newer: that may be
   * from before it began, of which a coordinator that learns late of a change knows nothing.
   */
  isInDoubt: boolean;
  /** The newest version that any replica held against it. */
  supersededBy: Version;
}

export function newOutcomes(opCount: number): OpOutcome[] {
  return Array.from({ length: opCount }, () => ({
    existed: false,
    isApplied: false,
    isInDoubt: false,
    supersededBy: NO_VERSION,
  }));
}

/**
 * Adds what one replica says. One that recovers says nothing that counts; one that is about to come in
 * sync may take a write only since it lacks a newer one, acknowledged without it, and nobody reads
 * there.
 */
export function mergeResults(
  outcomes: readonly OpOutcome[],
  results: readonly WriteResult[] | undefined,
  role: ReplicaRole | undefined,
): void {
  if (role === 'recovering' || results === undefined) return;
  invariant(results.length === outcomes.length, 'one result per operation');
  results.forEach((result, i) => {
    const outcome = outcomes[i] as OpOutcome;
    outcome.existed ||= result.existed;
    outcome.isApplied ||= role !== 'awaited' && result.isApplied;
    if (!result.isApplied && result.version > outcome.supersededBy) {
      outcome.supersededBy = result.version;
    }
  });
}

/** `held`: what the replicas said that are in sync at the end. */
export function markDoubts(
  outcomes: readonly OpOutcome[],
  held: readonly (readonly WriteResult[])[],
): void {
  outcomes.forEach((outcome, i) => {
    outcome.isInDoubt = outcome.isApplied && !held.some((results) => results[i]?.isApplied);
  });
}
