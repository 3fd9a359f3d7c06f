/**
 * Upserts and deletes, from checked operations to the answer: stamp, plan, send, and stamp again what
 * a replica refused because it holds a newer version from before this write began.
 */
import type { Clock } from '../../base/clock.js';
import {
  AnnulusError,
  type ErrorCode,
  type ErrorReason,
  type PartStatus,
} from '../../base/errors.js';
import type { HybridClock } from '../../base/hybrid-clock.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { WriteOp } from '../../wire/link-messages.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { RequestContext } from '../request-context.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { Consistency } from './write-acks.js';
import { runWrites, type SettledWrite } from './write-driver.js';
import { planWrites } from './write-plan.js';

/** A write that lost against an older one is stamped again this often before it is given up. */
const RESTAMPS_MAX = 3;

export interface WriteFailure {
  id: string;
  error: AnnulusError;
}

export interface WriteSummary {
  /** Ids acknowledged, each once. */
  acknowledged: Set<string>;
  /** Of those, the ones that existed before. */
  existed: Set<string>;
  /** The highest version given to an acknowledged document. */
  version: Version;
  failures: WriteFailure[];
}

export interface WriteServiceOptions {
  /** How long a replica may take over a write. Default 5,000. */
  writeTimeoutMs: number;
}

export class WriteService {
  readonly #nodes: NodeRegistry;
  readonly #clock: Clock;
  readonly #hybridClock: HybridClock;
  readonly #options: WriteServiceOptions;

  constructor(
    nodes: NodeRegistry,
    clock: Clock,
    hybridClock: HybridClock,
    options: WriteServiceOptions,
  ) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#hybridClock = hybridClock;
    this.#options = options;
  }

  /** The stamp is taken before anything is awaited, so writes are ordered as they arrive. */
  async write(
    collection: CollectionEntry,
    ops: readonly WriteOp[],
    consistency: Consistency,
    context: RequestContext,
  ): Promise<WriteSummary> {
    const summary: WriteSummary = {
      acknowledged: new Set(),
      existed: new Set(),
      version: NO_VERSION,
      failures: [],
    };
    let remaining = ops;
    let above = NO_VERSION;
    for (let restamps = 0; remaining.length > 0; restamps += 1) {
      const version = this.#hybridClock.nextAbove(above);
      const timeoutMs = Math.min(
        this.#options.writeTimeoutMs,
        Math.max(0, context.deadlineAtMs - this.#clock.nowMs()),
      );
      const settled = await runWrites(
        collection.id,
        planWrites(collection, remaining, version),
        consistency,
        timeoutMs,
        this.#nodes,
        this.#clock,
      );
      const superseded = this.#collect(settled, summary);
      for (const { by } of superseded) if (by > above) above = by;
      if (superseded.length > 0 && restamps >= RESTAMPS_MAX) {
        for (const { op } of superseded) summary.failures.push({ id: op.id, error: lost(op.id) });
        return summary;
      }
      remaining = superseded.map(({ op }) => op);
    }
    return summary;
  }

  /** Notes what is settled; the result is what must be stamped again, above which version. */
  #collect(
    settled: readonly SettledWrite[],
    summary: WriteSummary,
  ): { op: WriteOp; by: Version }[] {
    const superseded: { op: WriteOp; by: Version }[] = [];
    for (const { write, settlement } of settled) {
      if (settlement.status === 'failed') {
        const error = partFailure(write.partition, settlement);
        for (const op of write.ops) summary.failures.push({ id: op.id, error });
        continue;
      }
      write.ops.forEach((op, i) => {
        const outcome = settlement.outcomes[i];
        if (outcome === undefined) return;
        if (!outcome.isApplied) {
          superseded.push({ op, by: outcome.supersededBy });
          return;
        }
        summary.acknowledged.add(op.id);
        if (outcome.existed) summary.existed.add(op.id);
        if (write.version > summary.version) summary.version = write.version;
      });
    }
    return superseded;
  }
}

function lost(id: string): AnnulusError {
  return new AnnulusError(
    'ABORTED',
    'SUPERSEDED',
    `document ${id} was overwritten by others each time it was written; write it again`,
  );
}

const failureCodes: Record<Exclude<PartStatus, 'ok'>, [ErrorCode, ErrorReason]> = {
  timed_out: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  unavailable: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  rejected: ['RESOURCE_EXHAUSTED', 'QUEUE_FULL'],
  cancelled: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  corrupt: ['UNAVAILABLE', 'REPLICA_CORRUPT'],
  missing: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  stale_generation: ['UNAVAILABLE', 'STALE_GENERATION'],
  too_large: ['RESOURCE_EXHAUSTED', 'REPLY_TOO_LARGE'],
  unknown_generation: ['UNAVAILABLE', 'STALE_GENERATION'],
  storage_full: ['RESOURCE_EXHAUSTED', 'STORAGE_FULL'],
};

function partFailure(
  partition: number,
  failed: { nodeId: string; cause: Exclude<PartStatus, 'ok'>; detail: string },
): AnnulusError {
  const [code, reason] = failureCodes[failed.cause];
  const detail = failed.detail === '' ? '' : `: ${failed.detail}`;
  return new AnnulusError(
    code,
    reason,
    `partition ${partition}: the replica on ${failed.nodeId} did not take the write ` +
      `(${failed.cause}${detail}); it may still have happened, resend it to settle it`,
    { metadata: { partition: String(partition), node_id: failed.nodeId, cause: failed.cause } },
  );
}
