/**
 * Which writes a node takes on: operations and their bytes in flight are bounded, and a write that
 * could not begin in most of its time, going by how fast operations have been leaving, is refused as it
 * comes, rather than held and refused later. A node with no writes under way takes any, however large,
 * so an estimate that is too high mends itself.
 */
import { DrainRate } from '../src/base/drain-rate.js';
import type { NodeLimits } from './node-limits.js';
import { WAIT_RATIO_MAX } from './write-queue.js';

export interface WriteRefusal {
  detail: string;
  /** At least 1. */
  retryAfterMs: number;
}

export interface WriteSize {
  opCount: number;
  bytes: number;
}

/** Of one operation, before any was seen: a modest disk. */
const OP_MS_START = 0.1;
const RETRY_AFTER_MS_MAX = 10_000;
/** A node with fewer of its operations in flight is not taken to work as fast as it can. */
const SATURATED_RATIO = 0.25;

export class WriteAdmission {
  readonly #limits: NodeLimits;
  readonly #rate = new DrainRate(OP_MS_START);
  #opCount = 0;
  #bytes = 0;

  constructor(limits: NodeLimits) {
    this.#limits = limits;
  }

  get opCount(): number {
    return this.#opCount;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Undefined: it may begin, and `ended` must follow for all of it. */
  tryBegin(size: WriteSize, deadlineAtMs: number, nowMs: number): WriteRefusal | undefined {
    const waitMs = this.#opCount * this.#rate.msPerUnit;
    const refusal = this.#refusal(size, waitMs, (deadlineAtMs - nowMs) * WAIT_RATIO_MAX);
    if (refusal !== undefined) return refusal;
    if (this.#opCount === 0) this.#rate.began(nowMs);
    this.#opCount += size.opCount;
    this.#bytes += size.bytes;
    return undefined;
  }

  /** `wasWritten`: false for what was refused later, or cancelled; it says nothing of the speed. */
  ended({ opCount, bytes }: WriteSize, wasWritten: boolean, nowMs: number): void {
    const isSaturated = this.#opCount >= this.#limits.writeOpsMax * SATURATED_RATIO;
    this.#opCount -= opCount;
    this.#bytes -= bytes;
    this.#rate.left(wasWritten ? opCount : 0, isSaturated, this.#opCount === 0, nowMs);
  }

  #refusal(size: WriteSize, waitMs: number, patienceMs: number): WriteRefusal | undefined {
    if (this.#opCount === 0) return undefined;
    const { writeOpsMax, writeBytesMax } = this.#limits;
    const isFull =
      this.#opCount + size.opCount > writeOpsMax || this.#bytes + size.bytes > writeBytesMax;
    if (!isFull && waitMs <= patienceMs) return undefined;
    // A quarter of what is in flight has left by then, or so much that the rest can be waited for.
    const pauseMs = isFull ? waitMs / 4 : waitMs - patienceMs;
    const retryAfterMs = Math.min(RETRY_AFTER_MS_MAX, Math.max(1, Math.ceil(pauseMs)));
    const inFlight = `${this.#opCount} write operations, ${this.#bytes} bytes, are in flight`;
    const detail = isFull ? inFlight : `${inFlight}: it could not begin in time`;
    return { detail, retryAfterMs };
  }
}
