/**
 * One copy's way to its source: questions, the byte rate, pauses while the source has no answer, and how
 * far the copy is. Waiting ends when the copy is stopped.
 */
import { type Clock, delay } from '../../src/base/clock.js';
import type {
  RecoveryAnswer,
  RecoveryPeer,
  RecoveryQuestion,
  RecoveryTarget,
} from '../../src/wire/recovery-messages.js';

export interface LevelProgress {
  phase: 'waiting' | 'comparing' | 'copying' | 'equal';
  /** Entries absorbed, in this attempt. */
  rowCount: number;
  /** Documents that the source sent, in this attempt. */
  sentCount: number;
  /** Bytes of documents and graphs. */
  byteCount: number;
  /** Bytes of graphs among them. */
  graphBytes: number;
  /** Buckets that were not equal yet. */
  bucketsLeft: number;
  /** Rounds in a row that found nothing to copy although buckets differ. */
  idleRoundCount: number;
}

/** What a question asks, without whom. */
export type Asked = RecoveryQuestion extends infer Q
  ? Q extends RecoveryQuestion
    ? Omit<Q, 'target'>
    : never
  : never;

/** Rest, in times of what the work before it took, while searches arrive. */
const SEARCHED_REST = 2;
const REST_MS_MAX = 100;
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 1000;

export class CopyChannel {
  readonly source: RecoveryTarget;
  readonly clock: Clock;
  readonly progress: LevelProgress;
  readonly #peer: RecoveryPeer;
  readonly #bytesPerSecond: number;
  #bytesDueAtMs = 0;
  #pauseMs = PAUSE_MS_MIN;
  #isStopped = false;

  constructor(
    peer: RecoveryPeer,
    source: RecoveryTarget,
    clock: Clock,
    bytesPerSecond: number,
    bucketsLeft: number,
  ) {
    this.#peer = peer;
    this.source = source;
    this.clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
    this.progress = {
      phase: 'waiting',
      rowCount: 0,
      sentCount: 0,
      byteCount: 0,
      graphBytes: 0,
      bucketsLeft,
      idleRoundCount: 0,
    };
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  stop(): void {
    this.#isStopped = true;
  }

  ask(asked: Asked): Promise<RecoveryAnswer> {
    return this.#peer.ask({ ...asked, target: this.source } as RecoveryQuestion);
  }

  /** Something came: the next pause is a short one. */
  onProgress(): void {
    this.progress.phase = 'copying';
    this.#pauseMs = PAUSE_MS_MIN;
  }

  /** Waits until the byte rate lets more come. */
  async throttle(byteCount: number): Promise<void> {
    this.progress.byteCount += byteCount;
    if (this.#bytesPerSecond === 0) return;
    const nowMs = this.clock.nowMs();
    const takesMs = (byteCount / this.#bytesPerSecond) * 1000;
    this.#bytesDueAtMs = Math.max(this.#bytesDueAtMs, nowMs) + takesMs;
    if (this.#bytesDueAtMs > nowMs) await delay(this.clock, this.#bytesDueAtMs - nowMs);
  }

  /** After work that took so long: leaves searches of this node most of the time. */
  async rest(isSearched: boolean, tookMs: number): Promise<void> {
    if (isSearched) await delay(this.clock, Math.min(REST_MS_MAX, tookMs * SEARCHED_REST));
  }

  /** The source has no answer for now. */
  async wait(): Promise<void> {
    this.progress.phase = 'waiting';
    await this.pause();
  }

  /** Longer every time, until something comes. */
  async pause(): Promise<void> {
    await delay(this.clock, this.#pauseMs);
    this.#pauseMs = Math.min(PAUSE_MS_MAX, this.#pauseMs * 2);
  }
}
