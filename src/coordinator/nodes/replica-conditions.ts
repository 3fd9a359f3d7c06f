import type { ReplicaCondition } from '../../wire/link-messages.js';

/** Can it answer searches? A disk without room takes no documents, and answers as before. */
export function isSearchable(condition: ReplicaCondition | undefined): boolean {
  return condition === 'open' || condition === 'full';
}

/** Does it hold what it should, so that others can copy from it? Of one that failed nobody knows. */
export function isWhole(condition: ReplicaCondition | undefined): boolean {
  return isSearchable(condition) || condition === 'loading';
}
