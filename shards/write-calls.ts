/**
 * Write requests of a node: each goes to the queues of the partitions that it is about, and is
 * answered when the last of them has answered. Operations in flight are bounded; what would pass the
 * bound is refused, with advice when to come back.
 */
import type { Clock } from '../src/base/clock.js';
import type { PartStatus } from '../src/base/errors.js';
import { MalformedBytes } from '../src/wire/bytes.js';
import type {
  RefusedReply,
  WriteCall,
  WriteOp,
  WriteReply,
  WriteResult,
  WriteTarget,
  WriteTargetReply,
} from '../src/wire/link-messages.js';
import { FLOAT_BYTES, firstNonFinite, unpackVector } from '../src/wire/vector-codec.js';
import { decodeWriteOps } from '../src/wire/write-ops-codec.js';
import type { ReplicaSet } from './replica-set.js';
import { settledTicket, type WriteTicket } from './write-queue.js';

const ID_BYTES_MAX = 512;
const WRITE_MS_START = 5;
const WRITE_MS_SMOOTHING = 0.1;
const RETRY_AFTER_MS_MAX = 10_000;

export class WriteCalls {
  readonly #clock: Clock;
  readonly #replicas: ReplicaSet;
  readonly #opsMax: number;
  #opsInFlight = 0;
  /** Smoothed time from the arrival of a write to its answer. */
  #meanWriteMs = WRITE_MS_START;

  constructor(clock: Clock, replicas: ReplicaSet, opsMax: number) {
    this.#clock = clock;
    this.#replicas = replicas;
    this.#opsMax = opsMax;
  }

  get opsInFlight(): number {
    return this.#opsInFlight;
  }

  /** `done` is called once, unless the write is cancelled. */
  begin(
    call: WriteCall,
    deadlineAtMs: number,
    done: (reply: WriteReply | RefusedReply) => void,
  ): { cancel(): void } {
    const decoded = call.targets.map(({ ops }) => decodeOps(ops));
    const opCount = decoded.reduce((sum, ops) => sum + (ops?.length ?? 0), 0);
    if (this.#opsInFlight > 0 && this.#opsInFlight + opCount > this.#opsMax) {
      done(this.#refusal());
      return { cancel() {} };
    }
    this.#opsInFlight += opCount;
    const targets: WriteTargetReply[] = [];
    const beganAtMs = this.#clock.nowMs();
    let unansweredCount = call.targets.length;
    const finish = () => {
      const tookMs = this.#clock.nowMs() - beganAtMs;
      this.#meanWriteMs += (tookMs - this.#meanWriteMs) * WRITE_MS_SMOOTHING;
      done({ kind: 'write', targets });
    };
    if (unansweredCount === 0) finish();
    const tickets = call.targets.map((target, index) => {
      const ops = decoded[index];
      const ticket = this.#writeTarget(call, target, ops, deadlineAtMs, (reply) => {
        this.#opsInFlight -= ops?.length ?? 0;
        targets[index] = reply;
        unansweredCount -= 1;
        if (unansweredCount === 0) finish();
      });
      return { ticket, opCount: ops?.length ?? 0 };
    });
    return {
      cancel: () => {
        for (const { ticket, opCount } of tickets) {
          if (ticket.cancel()) this.#opsInFlight -= opCount;
        }
      },
    };
  }

  #writeTarget(
    { collection }: WriteCall,
    { partition, generation, version }: WriteTarget,
    ops: WriteOp[] | undefined,
    deadlineAtMs: number,
    settle: (reply: WriteTargetReply) => void,
  ): WriteTicket {
    const answer = (status: PartStatus, detail: string, results: WriteResult[]) => {
      settle({ partition, status, detail, results });
    };
    const found = this.#replicas.find(collection, partition, generation);
    if (found.status !== 'ok') {
      answer(found.status, `this node's replica is ${found.status}`, []);
      return settledTicket;
    }
    const fault =
      ops === undefined ? 'the operations are malformed' : faultOf(ops, found.partition.dimension);
    if (ops === undefined || fault !== undefined) {
      answer('rejected', fault ?? '', []);
      return settledTicket;
    }
    if (ops.length === 0) {
      answer('ok', '', []);
      return settledTicket;
    }
    return found.partition.write({ version, ops, deadlineAtMs, done: answer });
  }

  #refusal(): RefusedReply {
    const retryAfterMs = Math.min(RETRY_AFTER_MS_MAX, Math.max(1, Math.ceil(this.#meanWriteMs)));
    const detail = `${this.#opsInFlight} write operations are in flight`;
    return { kind: 'refused', status: 'rejected', detail, retryAfterMs };
  }
}

/** Undefined when the bytes are not operations. */
function decodeOps(bytes: Uint8Array): WriteOp[] | undefined {
  try {
    return decodeWriteOps(bytes);
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

/** Why the store and the native code must not see these; coordinators check the same, and more. */
function faultOf(ops: readonly WriteOp[], dimension: number): string | undefined {
  for (const op of ops) {
    const idBytes = Buffer.byteLength(op.id);
    if (idBytes < 1 || idBytes > ID_BYTES_MAX) return `an id has ${idBytes} bytes`;
    if (op.kind === 'delete') continue;
    if (op.vector.byteLength !== dimension * FLOAT_BYTES) {
      return `a vector has ${op.vector.byteLength} bytes, for ${dimension} dimensions`;
    }
    const index = firstNonFinite(unpackVector(op.vector));
    if (index >= 0) return `element ${index} of a vector is not finite`;
  }
  return undefined;
}
