/**
 * Upserts and deletes, from checked operations to the answer: stamp, plan, send, and stamp again what
 * every replica refused because it holds a newer version. An operation that one replica took is not
 * stamped again: others may have read it there, and what is newer elsewhere is a write that ran at the
 * same time and wins on all replicas.
 */
import type { AnnulusError } from '../../base/errors.js';
import type { HybridClock } from '../../base/hybrid-clock.js';
import { NO_VERSION, type Version } from '../../base/version.js';
import type { WriteOp } from '../../wire/link-messages.js';
import type { ReplicationEvents } from '../replication/replication-events.js';
import type { RequestContext } from '../request-context.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { Consistency } from './replica-set-view.js';
import type { WriteDriver } from './write-driver.js';
import { lostAgain, partFailure } from './write-failure.js';
import { planWrites } from './write-plan.js';
import type { SettledWrite } from './write-run.js';

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

  constructor(driver: WriteDriver, hybridClock: HybridClock, events: ReplicationEvents) {
    this.#driver = driver;
    this.#hybridClock = hybridClock;
    this.#events = events;
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
      const settled = await this.#driver.run(
        collection.id,
        planWrites(collection, remaining, version),
        consistency,
        context.deadlineAtMs,
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
