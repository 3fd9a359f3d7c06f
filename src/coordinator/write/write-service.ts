/**
 * Upserts and deletes, from checked operations to the answer: stamp, plan, send, and stamp again what
 * every replica refused because it holds a newer version. An operation that one replica took is not
 * stamped again: others may have read it there, and what is newer elsewhere is a write that ran at the
 * same time and wins on all replicas.
 */
import type { Clock } from '../../base/clock.js';
import type { AnnulusError } from '../../base/errors.js';
import type { HybridClock } from '../../base/hybrid-clock.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { WriteOp } from '../../wire/link-messages.js';
import type { ReplicationEvents } from '../replication/replication-events.js';
import type { RequestContext } from '../request-context.js';
import { refusedError } from '../resilience/refused-error.js';
import { BULK_OPS_MIN, type WriteGate, type WriteSize } from '../resilience/write-gate.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { Consistency } from './replica-set-view.js';
import type { SettledWrite } from './write-batch.js';
import type { WriteDriver } from './write-driver.js';
import { lostAgain, overtaken, partFailure } from './write-failure.js';
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

export class WriteService {
  readonly #driver: WriteDriver;
  readonly #hybridClock: HybridClock;
  readonly #events: ReplicationEvents;
  readonly #gate: WriteGate;
  readonly #clock: Clock;

  constructor(
    driver: WriteDriver,
    hybridClock: HybridClock,
    events: ReplicationEvents,
    gate: WriteGate,
    clock: Clock,
  ) {
    this.#driver = driver;
    this.#hybridClock = hybridClock;
    this.#events = events;
    this.#gate = gate;
    this.#clock = clock;
  }

  /**
   * The stamp is taken before anything is awaited, so writes are ordered as they arrive. Rejects with
   * `RESOURCE_EXHAUSTED` when the write is not even begun. `isBulk`: it is part of a bulk load.
   */
  async write(
    collection: CollectionEntry,
    ops: readonly WriteOp[],
    consistency: Consistency,
    context: RequestContext,
    isBulk = ops.length >= BULK_OPS_MIN,
  ): Promise<WriteSummary> {
    const size = sizeOf(ops, isBulk);
    const refusal = this.#gate.tryBegin(size, context.deadlineAtMs, this.#clock.nowMs());
    if (refusal !== undefined) throw refusedError('write', refusal);
    const hold = new SharedHold((wasUsed) => this.#gate.ended(size, wasUsed, this.#clock.nowMs()));
    try {
      const summary = await this.#writeAll(collection, ops, consistency, context, hold);
      if (summary.acknowledged.size > 0) hold.wasUsed = true;
      return summary;
    } finally {
      hold.letGo();
    }
  }

  async #writeAll(
    collection: CollectionEntry,
    ops: readonly WriteOp[],
    consistency: Consistency,
    context: RequestContext,
    hold: SharedHold,
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
      const settled = await this.#driver.run(
        collection.id,
        planWrites(collection, remaining, version),
        consistency,
        context.deadlineAtMs,
        hold.another(),
      );
      const superseded = this.#collect(settled, summary);
      for (const { by } of superseded) if (by > above) above = by;
      if (superseded.length > 0 && restamps >= RESTAMPS_MAX) {
        for (const { op } of superseded) {
          summary.failures.push({ id: op.id, error: lostAgain(op.id) });
        }
        return summary;
      }
      if (superseded.length > 0) this.#events.restamped(superseded.length);
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
    for (const { write, settlement, retryAfterMs } of settled) {
      if (settlement.status === 'failed') {
        const error = partFailure(write.partition, settlement, retryAfterMs);
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
        if (outcome.isInDoubt) {
          summary.failures.push({ id: op.id, error: overtaken(op.id) });
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

/** A place in the gate, given back when the last who holds it lets go. */
class SharedHold {
  readonly #onFree: (wasUsed: boolean) => void;
  #count = 1;
  wasUsed = false;

  constructor(onFree: (wasUsed: boolean) => void) {
    this.#onFree = onFree;
  }

  /** The result lets go again. */
  another(): () => void {
    this.#count += 1;
    return () => this.letGo();
  }

  letGo(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onFree(this.wasUsed);
  }
}

function sizeOf(ops: readonly WriteOp[], isBulk: boolean): WriteSize {
  let bytes = 0;
  for (const op of ops) {
    bytes += op.id.length;
    if (op.kind !== 'upsert') continue;
    bytes += op.vector.byteLength + op.text.byteLength + op.metadata.byteLength;
  }
  return { kind: isBulk ? 'bulk' : 'single', opCount: ops.length, bytes };
}
