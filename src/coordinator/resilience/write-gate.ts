/**
 * The gate that writes pass before they are stamped. What this process holds of writes is bounded, in
 * operations and in bytes, and bulk writes get a part of it only, so that single ones find room. A write
 * that could not be done by its deadline, going by how fast operations have been leaving, is refused at
 * once; and while reads wait, writes are turned away before they are (`admission.ts`). Nothing waits
 * here: whoever writes in bulk sends again, and what he holds meanwhile is his memory.
 *
 * A write counts until every replica has it or is out of its set, also when its caller was answered.
 */
import { DrainRate } from '../../base/drain-rate.js';
import { isWriteShed, type Shed, shed, type WriteClass } from './admission.js';

export interface WriteGateOptions {
  /** Operations under way at a time. 1..1,000,000; default 20,000. */
  opsMax: number;
  /** Bytes of operations under way at a time. Default 256 MiB. */
  bytesMax: number;
  /** Part of both that bulk writes may take, 0..1. Default 0.8. */
  bulkRatio: number;
}

export const defaultWriteGateOptions: WriteGateOptions = {
  opsMax: 20_000,
  bytesMax: 256 * 1024 * 1024,
  bulkRatio: 0.8,
};

export interface WriteSize {
  kind: WriteClass;
  opCount: number;
  bytes: number;
}

/** Requests of so many operations, and all of a bulk stream, are bulk writes. */
export const BULK_OPS_MIN = 16;
const OP_MS_START = 0.1;
/** With fewer operations under way the nodes are not taken to write as fast as they can. */
const SATURATED_RATIO = 0.05;

export class WriteGate {
  readonly #options: WriteGateOptions;
  readonly #pressure: (nowMs: number) => number;
  readonly #rate = new DrainRate(OP_MS_START);
  readonly #requestCounts: Record<WriteClass, number> = { bulk: 0, single: 0 };
  #opCount = 0;
  #bytes = 0;
  /** Refused, by class and cause, as `bulk/pressure`. */
  readonly refused = new Map<string, number>();

  /** `pressure`: how pressed reads are, 0..1. */
  constructor(options: WriteGateOptions, pressure: (nowMs: number) => number) {
    this.#options = options;
    this.#pressure = pressure;
  }

  get opCount(): number {
    return this.#opCount;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Undefined: it may begin, and `ended` must follow. */
  tryBegin(size: WriteSize, deadlineAtMs: number, nowMs: number): Shed | undefined {
    const refusal = this.#refusal(size, deadlineAtMs, nowMs);
    if (refusal !== undefined) {
      const key = `${size.kind}/${refusal.cause}`;
      this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
      return refusal;
    }
    if (this.#opCount === 0) this.#rate.began(nowMs);
    this.#requestCounts[size.kind] += 1;
    this.#opCount += size.opCount;
    this.#bytes += size.bytes;
    return undefined;
  }

  /** `wasWritten`: false for what failed; it says nothing of the speed. */
  ended({ kind, opCount, bytes }: WriteSize, wasWritten: boolean, nowMs: number): void {
    const isSaturated = this.#opCount >= this.#options.opsMax * SATURATED_RATIO;
    this.#requestCounts[kind] -= 1;
    this.#opCount -= opCount;
    this.#bytes -= bytes;
    this.#rate.left(wasWritten ? opCount : 0, isSaturated, this.#opCount === 0, nowMs);
  }

  #refusal(size: WriteSize, deadlineAtMs: number, nowMs: number): Shed | undefined {
    const waitMs = this.#opCount * this.#rate.msPerUnit;
    if (isWriteShed(size.kind, this.#pressure(nowMs), this.#requestCounts[size.kind])) {
      return shed('pressure', Math.max(PRESSURE_PAUSE_MS, waitMs));
    }
    if (this.#opCount === 0) return undefined;
    const { opsMax, bytesMax, bulkRatio } = this.#options;
    const ratio = size.kind === 'bulk' ? bulkRatio : 1;
    const isFull =
      this.#opCount + size.opCount > opsMax * ratio || this.#bytes + size.bytes > bytesMax * ratio;
    // A quarter of what is under way has left by then.
    if (isFull) return shed('limit', waitMs / 4);
    const isLate = nowMs + waitMs > deadlineAtMs;
    return isLate ? shed('deadline', nowMs + waitMs - deadlineAtMs) : undefined;
  }
}

/** Reads that wait are gone, or there are more of them, after so long. */
const PRESSURE_PAUSE_MS = 100;
