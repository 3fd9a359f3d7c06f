/**
 * Write requests of a node: each goes to the queues of the partitions that it is about, and is
 * answered when the last of them has answered. What the node does not take on (`write-admission.ts`) is
 * refused at once, with advice when to come back.
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
import type { NodeLimits } from './node-limits.js';
import type { ReplicaSet } from './replica-set.js';
import { WriteAdmission, type WriteSize } from './write-admission.js';
import { settledTicket, type WriteTicket } from './write-queue.js';

const ID_BYTES_MAX = 512;

export class WriteCalls {
  readonly #clock: Clock;
  readonly #replicas: ReplicaSet;
  readonly #admission: WriteAdmission;

  constructor(clock: Clock, replicas: ReplicaSet, limits: NodeLimits) {
    this.#clock = clock;
    this.#replicas = replicas;
    this.#admission = new WriteAdmission(limits);
  }

  get opsInFlight(): number {
    return this.#admission.opCount;
  }

  get bytesInFlight(): number {
    return this.#admission.bytes;
  }

  /** `done` is called once, unless the write is cancelled. */
  begin(
    call: WriteCall,
    deadlineAtMs: number,
    done: (reply: WriteReply | RefusedReply) => void,
  ): { cancel(): void } {
    const decoded = call.targets.map(({ ops }) => decodeOps(ops));
    const sizes = call.targets.map(({ ops }, i) => ({
      opCount: decoded[i]?.length ?? 0,
      bytes: ops.byteLength,
    }));
    const size = {
      opCount: sizes.reduce((sum, { opCount }) => sum + opCount, 0),
      bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    };
    const refusal = this.#admission.tryBegin(size, deadlineAtMs, this.#clock.nowMs());
    if (refusal !== undefined) {
      done({ kind: 'refused', status: 'rejected', ...refusal });
      return { cancel() {} };
    }
    const targets: WriteTargetReply[] = [];
    let unansweredCount = call.targets.length;
    if (unansweredCount === 0) done({ kind: 'write', targets });
    const tickets = call.targets.map((target, index) => {
      const size = sizes[index] as WriteSize;
      const ticket = this.#writeTarget(call, target, decoded[index], deadlineAtMs, (reply) => {
        this.#admission.ended(size, reply.status === 'ok', this.#clock.nowMs());
        targets[index] = reply;
        unansweredCount -= 1;
        if (unansweredCount === 0) done({ kind: 'write', targets });
      });
      return { ticket, size };
    });
    return {
      cancel: () => {
        for (const { ticket, size } of tickets) {
          if (ticket.cancel()) this.#admission.ended(size, false, this.#clock.nowMs());
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
