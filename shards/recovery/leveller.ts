/**
 * Makes one replica equal to another, bucket by bucket.
 *
 * Each round compares the two digests and copies what differs in the buckets that were never equal
 * yet. Writes go on meanwhile, so the digests as a whole may never be equal at one moment; it is
 * enough that every bucket was equal once, since from then on both replicas get the same writes, and
 * a write that the receiver misses ends the attempt. Buckets that were equal are left alone. What
 * differs only because a write is on its way to one of the two is equal a moment later: they are
 * compared again as long as that helps, since looking for what differs takes a walk over all entries.
 *
 * A replica that lacks much gets the source's graph first, so that what it copies needs no insertion;
 * one that is next to empty gets the source's rows as they lie there, and is compared afterwards. One
 * that takes a slice of its source has no use for that graph: it keeps the rows out of its index, and
 * has a graph of them all built in the end.
 *
 * It waits between the source's answers as long as the byte rate demands, and the receiver's own work
 * is cut into slices, so that searches on both sides go first.
 */
import { type Clock, delay } from '../../src/base/clock.js';
import { DIGEST_BUCKET_COUNT } from '../../src/base/hash64.js';
import { NO_VERSION, type Version } from '../../src/base/version.js';
import type { StoredDocument } from '../../src/wire/link-messages.js';
import { documentBytes } from '../../src/wire/recovery-codec.js';
import type {
  EntriesAnswer,
  EntryVersion,
  RecoveryAnswer,
  RecoveryPeer,
  RecoveryTarget,
} from '../../src/wire/recovery-messages.js';
import type { AbsorbedEntry } from '../store/partition-store.js';
import type { BucketSet } from './bucket-set.js';
import { CopyChannel, type LevelProgress } from './copy-channel.js';
import { isGraphWorthwhile, isNextToEmpty } from './copy-plan.js';
import { copyGraph, type GraphCopyEnd } from './graph-copy.js';
import { type LevelRules, levelStep, withReplaced } from './level-plan.js';
import type { LevelledReplica } from './levelled-replica.js';
import { RowAbsorber } from './row-absorber.js';

export interface LevelOptions {
  peer: RecoveryPeer;
  source: RecoveryTarget;
  replica: LevelledReplica;
  rules: LevelRules;
  clock: Clock;
  /** Most bytes a second, of documents and of graphs; 0: as many as come. */
  bytesPerSecond: number;
  /** The source's graph is copied when at least so many documents are missing here. */
  graphRowsMin: number;
  /** Buckets to make equal; all of them in a recovery. */
  buckets: BucketSet;
  onGraphCopied?(end: GraphCopyEnd): void;
}

type UpsertEntry = AbsorbedEntry & { kind: 'upsert' };

export type LevelEnd = { status: 'equal' } | { status: 'stopped' };

const IDS_PER_QUESTION = 1024;
/** Until a write that has come to one of two replicas has come to the other, mostly. */
const ON_ITS_WAY_MS = 20;

export class Leveller {
  readonly #options: LevelOptions;
  readonly #channel: CopyChannel;
  readonly #absorber: RowAbsorber;
  #hasBegun = false;
  #triedGraph = false;
  #thereCount = 0;
  /** Entries that were compared, and those of them that are missing here. */
  #comparedCount = 0;
  #missingCount = 0;

  constructor(options: LevelOptions) {
    const { peer, source, clock, bytesPerSecond, buckets, replica } = options;
    this.#options = options;
    this.#channel = new CopyChannel(peer, source, clock, bytesPerSecond, buckets.count);
    this.#absorber = new RowAbsorber(this.#channel, replica);
  }

  get progress(): Readonly<LevelProgress> {
    return this.#channel.progress;
  }

  stop(): void {
    this.#channel.stop();
  }

  /** Until every bucket was equal once, or it is stopped. Rejects with the store's error. */
  async run(): Promise<LevelEnd> {
    const { buckets, clock } = this.#options;
    const { progress } = this.#channel;
    while (!this.#channel.isStopped) {
      const leftCount = buckets.count;
      if (!(await this.#compare())) continue;
      if (buckets.count === 0) {
        progress.phase = 'equal';
        return { status: 'equal' };
      }
      if (buckets.count < leftCount) {
        await delay(clock, ON_ITS_WAY_MS);
        continue;
      }
      const before = progress.rowCount;
      if (!this.#hasBegun) {
        this.#hasBegun = true;
        if (await this.#fill()) continue;
      }
      if (!(await this.#copyPass())) continue;
      if (progress.rowCount > before) {
        progress.idleRoundCount = 0;
        this.#channel.onProgress();
        continue;
      }
      progress.idleRoundCount += 1;
      await this.#channel.pause();
    }
    return { status: 'stopped' };
  }

  /** One pass over the buckets without comparing first. False when it was cut short. */
  copyOnce(): Promise<boolean> {
    return this.#copyPass(true);
  }

  /** False when the source gave no answer. */
  async #compare(): Promise<boolean> {
    const { replica, rules, buckets } = this.#options;
    const { horizon } = rules;
    const answer = await this.#channel.ask({ kind: 'digest', horizon });
    if (answer.kind !== 'digest') {
      await this.#channel.wait();
      return false;
    }
    this.#thereCount = answer.documentCount;
    this.#channel.progress.phase = 'comparing';
    buckets.dropEqual(answer.digest, await replica.digest(horizon));
    this.#channel.progress.bucketsLeft = buckets.count;
    return true;
  }

  /** Before anything is compared. True when rows were copied, and what differs is to be seen again. */
  async #fill(): Promise<boolean> {
    const { replica, source, graphRowsMin } = this.#options;
    const hereCount = replica.documentCount;
    const missingCount = this.#thereCount - hereCount;
    await this.#copyGraphIf(missingCount);
    const isNext = isNextToEmpty(hereCount, this.#thereCount);
    const isMany = source.slice !== undefined && missingCount >= graphRowsMin;
    const isBulk = isMany && replica.graphs.beginBulk();
    if (!isNext && !isBulk) return false;
    try {
      return isNext ? await this.#copyRows() : await this.#copyPass();
    } finally {
      if (isBulk) replica.graphs.endBulk();
    }
  }

  async #copyGraphIf(missingCount: number): Promise<void> {
    const { rules, graphRowsMin, replica, source, onGraphCopied } = this.#options;
    if (this.#triedGraph || rules.mode !== 'mirror' || source.slice !== undefined) return;
    if (!isGraphWorthwhile(missingCount, this.#thereCount, graphRowsMin)) return;
    this.#triedGraph = true;
    onGraphCopied?.(await copyGraph(this.#channel, replica));
  }

  /** The source's rows in their order. The rest, if the source fails on the way, is compared. */
  async #copyRows(): Promise<boolean> {
    this.#channel.progress.phase = 'copying';
    let next: Promise<RecoveryAnswer> = this.#channel.ask({ kind: 'scan', afterSeq: 0 });
    for (let pieceCount = 0; ; pieceCount += 1) {
      const answer = await next;
      if (answer.kind !== 'scan' || this.#channel.isStopped) return pieceCount > 0;
      // The source reads on while these are written.
      const afterSeq = answer.throughSeq;
      if (!answer.isLast) next = this.#channel.ask({ kind: 'scan', afterSeq });
      await this.#take(answer.documents, upsertOf);
      if (answer.isLast) break;
    }
    await this.#absorber.drain();
    return true;
  }

  async #copyPass(isOnce = false): Promise<boolean> {
    const { rules, buckets } = this.#options;
    this.#channel.progress.phase = 'copying';
    let afterId = '';
    while (!this.#channel.isStopped) {
      const answer = await this.#channel.ask({
        kind: 'entries',
        afterId,
        horizon: rules.horizon,
        buckets: buckets.bits,
      });
      if (answer.kind !== 'entries') {
        // What was dealt with before `afterId` stays so: the same question is asked again.
        if (isOnce) return false;
        await this.#channel.wait();
        continue;
      }
      if (!(await this.#copySegment(afterId, answer))) return false;
      if (answer.isLast) return true;
      afterId = answer.throughId;
    }
    return false;
  }

  /** Deals with all entries, here and there, after `afterId` and up to where the answer goes. */
  async #copySegment(afterId: string, answer: EntriesAnswer): Promise<boolean> {
    const { replica, rules, buckets } = this.#options;
    const throughId = answer.isLast ? undefined : answer.throughId;
    const held = await replica.entriesOf(buckets, afterId, throughId);
    const here = new Map<string, EntryVersion>(held.map((entry) => [entry.id, entry]));
    const there = new Set(answer.entries.map(({ id }) => id));
    const fetched: { id: string; replaces: Version | undefined }[] = [];
    const batch: AbsorbedEntry[] = [];
    const take = (own: EntryVersion | undefined, other: EntryVersion | undefined) => {
      const step = levelStep(rules, own, other);
      if (step.kind === 'fetch') fetched.push({ id: step.id, replaces: step.replaces });
      else if (step.kind === 'absorb') batch.push(step.entry);
    };
    for (const entry of answer.entries) take(here.get(entry.id), entry);
    for (const entry of held) if (!there.has(entry.id)) take(entry, undefined);
    this.#comparedCount += answer.entries.length;
    this.#missingCount += fetched.length;
    await this.#copyGraphIf(this.#expectedMissingCount());
    // A write may have made one of them live since: asked again just before.
    await this.#absorber.add(batch, (entry) => this.#isStillRight(entry));
    const isWhole = await this.#fetch(fetched);
    await this.#absorber.drain();
    return isWhole;
  }

  /** If the buckets that differ are all like what was compared of them. */
  #expectedMissingCount(): number {
    const { buckets } = this.#options;
    const ofCount = (this.#thereCount * buckets.count) / DIGEST_BUCKET_COUNT;
    const expected = (ofCount * this.#missingCount) / Math.max(1, this.#comparedCount);
    return Math.max(this.#missingCount, expected);
  }

  #isStillRight(entry: AbsorbedEntry): boolean {
    const { rules } = this.#options;
    if (entry.replaces === undefined) return true;
    return !rules.mayBeLive(entry.id, entry.kind === 'absence' ? NO_VERSION : entry.version);
  }

  async #fetch(wanted: readonly { id: string; replaces: Version | undefined }[]): Promise<boolean> {
    const { rules } = this.#options;
    const replacedBy = new Map(wanted.map(({ id, replaces }) => [id, replaces]));
    let left = wanted.map(({ id }) => id);
    while (left.length > 0) {
      if (this.#channel.isStopped) return false;
      const ids = left.slice(0, IDS_PER_QUESTION);
      const answer = await this.#channel.ask({ kind: 'rows', ids });
      if (answer.kind !== 'rows') {
        await this.#channel.wait();
        continue;
      }
      await this.#take(answer.documents, (document) => {
        return withReplaced(rules, upsertOf(document), replacedBy.get(document.id));
      });
      left = left.slice(Math.max(1, answer.doneCount));
    }
    return true;
  }

  async #take(
    documents: readonly StoredDocument[],
    entryOf: (document: StoredDocument) => UpsertEntry,
  ): Promise<void> {
    this.#channel.onProgress();
    this.#channel.progress.sentCount += documents.length;
    const entries = documents.map(entryOf);
    await this.#absorber.add(entries, (entry) => this.#isStillRight(entry));
    await this.#channel.throttle(documents.reduce((sum, one) => sum + documentBytes(one), 0));
  }
}

function upsertOf({ id, version, vector, text, metadata }: StoredDocument): UpsertEntry {
  return { kind: 'upsert', id, version, vector, text, metadata };
}
