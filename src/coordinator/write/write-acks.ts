/**
 * The acknowledgement machine of one partition's write: counts what replicas say, and decides when the
 * write is acknowledged or has failed. A failed write may still have happened on some replica; resending
 * it settles it, since versions make writes idempotent.
 */
import type { PartStatus } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { WriteResult } from '../../wire/link-messages.js';

export type Consistency = 'in_sync' | 'majority' | 'one';

/** What became of one operation, over all replicas that answered. */
export interface OpOutcome {
  /** The document existed before, on any replica. */
  existed: boolean;
  /** At least one replica holds this very write. */
  isApplied: boolean;
  /** The newest version that any replica held against it. */
  supersededBy: Version;
}

export type WriteSettlement =
  | { status: 'acknowledged'; outcomes: OpOutcome[] }
  | { status: 'failed'; nodeId: NodeId; cause: Exclude<PartStatus, 'ok'>; detail: string };

/** How many in-sync replicas must hold a write. */
export function acksRequired(
  consistency: Consistency,
  inSyncCount: number,
  replicaCount: number,
): number {
  switch (consistency) {
    case 'in_sync':
      return inSyncCount;
    case 'majority':
      return Math.min(inSyncCount, Math.floor(replicaCount / 2) + 1);
    case 'one':
      return Math.min(inSyncCount, 1);
  }
}

export class WriteAcks {
  readonly #waiting: Set<NodeId>;
  readonly #acksRequired: number;
  readonly #outcomes: OpOutcome[];
  #ackCount = 0;
  #settlement: WriteSettlement | undefined;

  /** `inSync` are the nodes whose word counts; there is at least one. */
  constructor(inSync: readonly NodeId[], required: number, opCount: number) {
    invariant(required >= 1 && required <= inSync.length, `${required} acks of ${inSync.length}`);
    this.#waiting = new Set(inSync);
    this.#acksRequired = required;
    this.#outcomes = Array.from({ length: opCount }, () => ({
      existed: false,
      isApplied: false,
      supersededBy: NO_VERSION,
    }));
  }

  get settlement(): WriteSettlement | undefined {
    return this.#settlement;
  }

  /** A replica holds the write durably. */
  acknowledged(nodeId: NodeId, results: readonly WriteResult[]): void {
    if (!this.#waiting.delete(nodeId) || this.#settlement !== undefined) return;
    invariant(results.length === this.#outcomes.length, 'one result per operation');
    results.forEach((result, i) => {
      const outcome = this.#outcomes[i] as OpOutcome;
      outcome.existed ||= result.existed;
      outcome.isApplied ||= result.isApplied;
      if (!result.isApplied && result.version > outcome.supersededBy) {
        outcome.supersededBy = result.version;
      }
    });
    this.#ackCount += 1;
    if (this.#ackCount >= this.#acksRequired) {
      this.#settlement = { status: 'acknowledged', outcomes: this.#outcomes };
    }
  }

  /** A replica will not say, or said no. */
  failed(nodeId: NodeId, cause: Exclude<PartStatus, 'ok'>, detail: string): void {
    if (!this.#waiting.delete(nodeId) || this.#settlement !== undefined) return;
    if (this.#ackCount + this.#waiting.size < this.#acksRequired) {
      this.#settlement = { status: 'failed', nodeId, cause, detail };
    }
  }
}
