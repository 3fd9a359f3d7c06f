/** What became of each operation of a write, over all the replicas that answered. */
import { invariant } from '../../base/invariant.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { WriteResult } from '../../wire/link-messages.js';

export interface OpOutcome {
  /** The document existed before, on any replica. */
  existed: boolean;
  /** At least one replica took this very write. Stays true: others may have read it there. */
  isApplied: boolean;
  /** The newest version that any replica held against it. */
  supersededBy: Version;
}

export function newOutcomes(opCount: number): OpOutcome[] {
  return Array.from({ length: opCount }, () => ({
    existed: false,
    isApplied: false,
    supersededBy: NO_VERSION,
  }));
}

/** Adds what one replica says. */
export function mergeResults(
  outcomes: readonly OpOutcome[],
  results: readonly WriteResult[] | undefined,
): void {
  if (results === undefined) return;
  invariant(results.length === outcomes.length, 'one result per operation');
  results.forEach((result, i) => {
    const outcome = outcomes[i] as OpOutcome;
    outcome.existed ||= result.existed;
    outcome.isApplied ||= result.isApplied;
    if (!result.isApplied && result.version > outcome.supersededBy) {
      outcome.supersededBy = result.version;
    }
  });
}
