/**
 * Makes one replica equal to another, bucket by bucket.
 *
 * Each round compares the two digests and copies what differs in the buckets that were never equal
 * yet. Writes go on meanwhile, so the digests as a whole may never be equal at one moment; it is
 * enough that every bucket was equal once, since from then on both replicas get the same writes, and
 * a write that the receiver misses ends the attempt. Buckets that were equal are left alone.
 *
 * It waits between the source's answers as long as the byte rate demands, and the receiver's own work
 * is cut into slices, so that searches on both sides go first.
 */
import { type Clock, delay } from '../../src/base/clock.js';
import { NO_VERSION, type Version } from '../../src/base/version.js';
import type { StoredDocument } from '../../src/wire/link-messages.js';
import { documentBytes } from '../../src/wire/recovery-codec.js';
import type {
  EntriesAnswer,
  EntryVersion,
  RecoveryAnswer,
  RecoveryPeer,
  RecoveryQuestion,
  RecoveryTarget,
} from '../../src/wire/recovery-messages.js';
import type { AbsorbedEntry } from '../store/partition-store.js';
import type { BucketSet } from './bucket-set.js';
import { type LevelRules, levelStep, withReplaced } from './level-plan.js';
import type { LevelledReplica } from './levelled-replica.js';

export interface LevelOptions {
  peer: RecoveryPeer;
  source: RecoveryTarget;
  replica: LevelledReplica;
  rules: LevelRules;
  clock: Clock;
  /** Most bytes of rows a second; 0: as many as come. */
  bytesPerSecond: number;
  /** Buckets to make equal; all of them in a recovery. */
  buckets: BucketSet;
}

export interface LevelProgress {
  phase: 'waiting' | 'comparing' | 'copying' | 'equal';
  /** Entries absorbed, in this attempt. */
  rowCount: number;
  byteCount: number;
  /** Buckets that were not equal yet. */
  bucketsLeft: number;
  /** Rounds in a row that found nothing to copy although buckets differ. */
  idleRoundCount: number;
}

type UpsertEntry = AbsorbedEntry & { kind: 'upsert' };

export type LevelEnd = { status: 'equal' } | { status: 'stopped' };

const ABSORB_ENTRIES_MAX = 64;
const IDS_PER_QUESTION = 1024;
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 1000;

export class Leveller {
  readonly #options: LevelOptions;
  readonly #progress: LevelProgress;
  #isStopped = false;
  #bytesDueAtMs = 0;
  #pauseMs = PAUSE_MS_MIN;

  constructor(options: LevelOptions) {
    this.#options = options;
    const bucketsLeft = options.buckets.count;
    this.#progress = {
      phase: 'waiting',
      rowCount: 0,
      byteCount: 0,
      bucketsLeft,
      idleRoundCount: 0,
    };
  }

  get progress(): Readonly<LevelProgress> {
    return this.#progress;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Until every bucket was equal once, or it is stopped. Rejects with the store's error. */
  async run(): Promise<LevelEnd> {
    const { buckets } = this.#options;
    while (!this.#isStopped) {
      if (!(await this.#compare())) continue;
      if (buckets.count === 0) {
        this.#report('equal');
        return { status: 'equal' };
      }
      const before = this.#progress.rowCount;
      if (!(await this.#copyPass())) continue;
      if (this.#progress.rowCount > before) {
        this.#progress.idleRoundCount = 0;
        this.#pauseMs = PAUSE_MS_MIN;
        continue;
      }
      this.#progress.idleRoundCount += 1;
      await this.#pause();
    }
    return { status: 'stopped' };
  }

  /** One pass over the buckets without comparing first. False when it was cut short. */
  copyOnce(): Promise<boolean> {
    return this.#copyPass(true);
  }

  async #compare(): Promise<boolean> {
    const { source, replica, rules, buckets } = this.#options;
    const { horizon } = rules;
    const answer = await this.#ask({ kind: 'digest', target: source, horizon });
    if (answer.kind !== 'digest') return this.#wait(answer);
    this.#report('comparing');
    buckets.dropEqual(answer.digest, await replica.digest(horizon));
    this.#progress.bucketsLeft = buckets.count;
    return true;
  }

  async #copyPass(isOnce = false): Promise<boolean> {
    const { source, rules, buckets } = this.#options;
    this.#report('copying');
    let afterId = '';
    while (!this.#isStopped) {
      const question = { kind: 'entries', target: source, afterId } as const;
      const answer = await this.#ask({
        ...question,
        horizon: rules.horizon,
        buckets: buckets.bits,
      });
      if (answer.kind !== 'entries') {
        // What was dealt with before `afterId` stays so: the same question is asked again.
        if (isOnce) return false;
        await this.#wait(answer);
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
    let batch: AbsorbedEntry[] = [];
    const take = (own: EntryVersion | undefined, other: EntryVersion | undefined) => {
      const step = levelStep(rules, own, other);
      if (step.kind === 'fetch') fetched.push({ id: step.id, replaces: step.replaces });
      else if (step.kind === 'absorb') batch.push(step.entry);
    };
    for (const entry of answer.entries) take(here.get(entry.id), entry);
    for (const entry of held) if (!there.has(entry.id)) take(entry, undefined);
    for (; batch.length > 0; batch = batch.slice(ABSORB_ENTRIES_MAX)) {
      // A write may have made one of them live since: asked again just before.
      const group = batch.slice(0, ABSORB_ENTRIES_MAX).filter((entry) => this.#isStillRight(entry));
      await this.#absorb(group);
    }
    return this.#fetch(fetched);
  }

  #isStillRight(entry: AbsorbedEntry): boolean {
    const { rules } = this.#options;
    if (entry.replaces === undefined) return true;
    return !rules.mayBeLive(entry.id, entry.kind === 'absence' ? NO_VERSION : entry.version);
  }

  async #fetch(wanted: readonly { id: string; replaces: Version | undefined }[]): Promise<boolean> {
    const { source, rules } = this.#options;
    const replacedBy = new Map(wanted.map(({ id, replaces }) => [id, replaces]));
    let left = wanted.map(({ id }) => id);
    while (left.length > 0) {
      if (this.#isStopped) return false;
      const ids = left.slice(0, IDS_PER_QUESTION);
      const answer = await this.#ask({ kind: 'rows', target: source, ids });
      if (answer.kind !== 'rows') {
        await this.#wait(answer);
        continue;
      }
      for (let i = 0; i < answer.documents.length; i += ABSORB_ENTRIES_MAX) {
        const group = answer.documents.slice(i, i + ABSORB_ENTRIES_MAX);
        await this.#options.replica.whenRoomFor(group.length);
        const entries = group.map((document) => {
          return withReplaced(rules, upsertOf(document), replacedBy.get(document.id));
        });
        await this.#absorb(entries);
      }
      left = left.slice(Math.max(1, answer.doneCount));
      await this.#throttle(answer.documents.reduce((sum, one) => sum + documentBytes(one), 0));
    }
    return true;
  }

  async #absorb(entries: readonly AbsorbedEntry[]): Promise<void> {
    if (entries.length === 0 || this.#isStopped) return;
    this.#progress.rowCount += await this.#options.replica.absorb(entries);
    this.#report('copying');
  }

  async #throttle(byteCount: number): Promise<void> {
    this.#progress.byteCount += byteCount;
    const { clock, bytesPerSecond } = this.#options;
    if (bytesPerSecond === 0) return;
    const nowMs = clock.nowMs();
    this.#bytesDueAtMs = Math.max(this.#bytesDueAtMs, nowMs) + (byteCount / bytesPerSecond) * 1000;
    if (this.#bytesDueAtMs > nowMs) await delay(clock, this.#bytesDueAtMs - nowMs);
  }

  #ask(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    return this.#options.peer.ask(question);
  }

  /** The source has no answer for now. */
  async #wait(answer: RecoveryAnswer): Promise<false> {
    if (answer.kind === 'refused') this.#report('waiting');
    await this.#pause();
    return false;
  }

  async #pause(): Promise<void> {
    await delay(this.#options.clock, this.#pauseMs);
    this.#pauseMs = Math.min(PAUSE_MS_MAX, this.#pauseMs * 2);
  }

  #report(phase: LevelProgress['phase']): void {
    this.#progress.phase = phase;
  }
}

function upsertOf({ id, version, vector, text, metadata }: StoredDocument): UpsertEntry {
  return { kind: 'upsert', id, version, vector, text, metadata };
}
