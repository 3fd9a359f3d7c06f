/**
 * Port: the replica that is being made equal to another; and how a store is read for that, in slices
 * between which other work of the node goes on.
 */
import type { Clock } from '../../src/base/clock.js';
import { digestBucketOfHash, hash64 } from '../../src/base/hash64.js';
import type { Version } from '../../src/base/version.js';
import type { EntryVersion } from '../../src/wire/recovery-messages.js';
import type { BackgroundSource } from '../background-line.js';
import type { Scheduler } from '../scheduler.js';
import type { AbsorbedEntry, StoreEntry } from '../store/partition-store.js';
import type { BucketSet } from './bucket-set.js';
import type { GraphExchange } from './graph-exchange.js';

export interface LevelledReplica {
  readonly documentCount: number;
  /** True while the node answers searches: copying is to leave it time. */
  readonly isSearched: boolean;
  readonly graphs: GraphExchange;
  digest(horizon: Version): Promise<BigUint64Array>;
  /** In the order of their ids; `throughId` undefined: to the end. */
  entriesOf(
    buckets: BucketSet,
    afterId: string,
    throughId: string | undefined,
  ): Promise<EntryVersion[]>;
  /** Resolves when so many more rows may be written. */
  whenRoomFor(rowCount: number): Promise<void>;
  /** Resolves, when all is durable and found by searches, to how many entries changed something. */
  absorb(entries: readonly AbsorbedEntry[]): Promise<number>;
}

/** Entries of some buckets up to an id, as a generator that may be interrupted after every one. */
export function* entriesInBuckets(
  entries: IterableIterator<StoreEntry>,
  buckets: BucketSet,
  throughId: string | undefined,
  found: EntryVersion[],
): Generator<StoreEntry, void> {
  const through = throughId === undefined ? undefined : Buffer.from(throughId);
  for (const entry of entries) {
    if (through !== undefined && Buffer.compare(Buffer.from(entry.id), through) > 0) return;
    if (buckets.has(digestBucketOfHash(hash64(entry.id)))) found.push(entry);
    yield entry;
  }
}

const STEPS_PER_LOOK = 16;

/** Runs a generator to its end in the scheduler's background slices. */
export function runInBackground<T>(
  scheduler: Scheduler,
  clock: Clock,
  work: Generator<unknown, T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const source: BackgroundSource = {
      runSlice(budgetMs) {
        const untilMs = clock.nowMs() + budgetMs;
        try {
          do {
            for (let i = 0; i < STEPS_PER_LOOK; i += 1) {
              const step = work.next();
              if (step.done !== true) continue;
              resolve(step.value);
              return false;
            }
          } while (clock.nowMs() < untilMs);
          return true;
        } catch (error) {
          reject(error);
          return false;
        }
      },
    };
    scheduler.wake(source);
  });
}
