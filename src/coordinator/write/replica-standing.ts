/** How one replica stands towards one write, and what its refusals mean. */
import type { PartStatus } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import type { WriteResult } from '../../wire/link-messages.js';

export type WriteFault = Exclude<PartStatus, 'ok'>;

/**
 * `in_sync`: must hold the write. `awaited`: recovering, about to be put in sync, so waited for as
 * well. `recovering`: gets the write, nobody waits for it.
 */
export type ReplicaRole = 'in_sync' | 'awaited' | 'recovering';

export interface ReplicaStanding {
  readonly nodeId: NodeId;
  readonly role: ReplicaRole;
  /**
   * `sent`: an answer will come. `held`: it has the write durably. `failed`: it has not, and stays in
   * the set while nobody has. `evicting`: being taken out of the set. `out`: does not matter any more.
   */
  state: 'sent' | 'held' | 'failed' | 'evicting' | 'out';
  /** What it said of each operation, once it holds the write. */
  results: readonly WriteResult[] | undefined;
  /** Times that it was asked to wait. */
  deferrals: number;
  cause: WriteFault;
  detail: string;
}

/** How all replicas of a partition stand towards one write. */
export class Standings {
  readonly #byNode = new Map<NodeId, ReplicaStanding>();

  /** The write is being sent to it, for the first time in the present plan. */
  add(nodeId: NodeId, role: ReplicaRole): ReplicaStanding {
    const standing: ReplicaStanding = {
      nodeId,
      role,
      state: 'sent',
      results: [],
      deferrals: 0,
      cause: 'timed_out',
      detail: '',
    };
    this.#byNode.set(nodeId, standing);
    return standing;
  }

  get(nodeId: NodeId): ReplicaStanding | undefined {
    return this.#byNode.get(nodeId);
  }

  all(): ReplicaStanding[] {
    return [...this.#byNode.values()];
  }

  /** Those that matter still. */
  of(role: ReplicaRole): ReplicaStanding[] {
    return this.all().filter((standing) => standing.role === role && standing.state !== 'out');
  }

  /** All that are waited for have the write durably. */
  get areHeld(): boolean {
    const waitedFor = [...this.of('in_sync'), ...this.of('awaited')];
    return waitedFor.every(({ state }) => state === 'held');
  }

  /** Something is under way still. */
  get areOpen(): boolean {
    return this.all().some(({ state }) => state === 'sent' || state === 'evicting');
  }

  evicting(): ReplicaStanding[] {
    return this.all().filter(({ state }) => state === 'evicting');
  }

  /** A replica in sync has the write durably. */
  get isHeldByAny(): boolean {
    return this.of('in_sync').some(({ state }) => state === 'held');
  }

  /** What those in sync said that hold the write. */
  resultsInSync(): (readonly WriteResult[])[] {
    return this.of('in_sync')
      .filter(({ state }) => state === 'held')
      .flatMap(({ results }) => (results === undefined ? [] : [results]));
  }

  clear(): void {
    this.#byNode.clear();
  }
}

/**
 * Definite, passing refusals: the replica did not take the write, may take it soon, and nothing is
 * wrong with it. It is busy, or it and the coordinator do not know the same replica set yet.
 */
export function isPassing(cause: WriteFault): boolean {
  return cause === 'rejected' || cause === 'stale_generation' || cause === 'unknown_generation';
}

/** The request is at fault, not the replica. */
export function isOfRequest(cause: WriteFault): boolean {
  return cause === 'too_large';
}

const RESEND_DELAY_MS_MIN = 10;
const RESEND_DELAY_MS_MAX = 320;

/** Pause before the write is sent again, after so many refusals. */
export function resendDelayMs(deferrals: number): number {
  return Math.min(RESEND_DELAY_MS_MAX, RESEND_DELAY_MS_MIN * 2 ** Math.min(deferrals, 10));
}
