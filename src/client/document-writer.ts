/**
 * Upserts and deletes one request's worth of ids. The answer may list documents that failed, each
 * with its own reason: those for which trying again may help are sent again, alone, under the same
 * rules as whole calls.
 */
import { AnnulusError } from '../base/errors.js';
import type { Consistency as WireConsistency } from '../wire/generated/annulus/v1/Consistency.js';
import type { WriteFailure__Output } from '../wire/generated/annulus/v1/WriteFailure.js';
import { annulusV1 } from '../wire/proto-package.js';
import { errorOfItem } from '../wire/status-mapping.js';
import type { CallRunner, RetryMode } from './call-runner.js';
import type { CallScope } from './call-scope.js';
import { checkOneOf } from './check.js';
import type { ConnectionPool } from './connection-pool.js';
import type { EncodedDocument } from './encode.js';
import type { Consistency, WriteFailure } from './types.js';

const WIRE_CONSISTENCY: Record<Consistency, keyof typeof WireConsistency> = {
  in_sync: 'CONSISTENCY_IN_SYNC',
  majority: 'CONSISTENCY_MAJORITY',
  one: 'CONSISTENCY_ONE',
};

/** What came of a write. */
export interface WriteOutcome {
  doneCount: number;
  version: bigint;
  failures: WriteFailure[];
}

interface WriteAnswer {
  doneCount: number;
  version: string;
  failures: WriteFailure__Output[];
}

export class DocumentWriter {
  readonly #connections: ConnectionPool;
  readonly #runner: CallRunner;

  constructor(connections: ConnectionPool, runner: CallRunner) {
    this.#connections = connections;
    this.#runner = runner;
  }

  upsert(
    scope: CallScope,
    mode: RetryMode,
    collection: string,
    documents: readonly EncodedDocument[],
    given: Consistency | undefined,
  ): Promise<WriteOutcome> {
    const consistency = toWireConsistency(given);
    const method = annulusV1.Annulus.service.Upsert;
    const messages = documents.map((document) => document.message);
    return this.#writeAll(scope, mode, messages, async (batch) => {
      const request = { collection, documents: batch, consistency };
      const answer = await this.#connections.unary(method, request, scope);
      return { ...answer, doneCount: answer.upserted };
    });
  }

  delete(
    scope: CallScope,
    mode: RetryMode,
    collection: string,
    ids: readonly string[],
    given: Consistency | undefined,
  ): Promise<WriteOutcome> {
    const consistency = toWireConsistency(given);
    const method = annulusV1.Annulus.service.Delete;
    const items = ids.map((id) => ({ id }));
    return this.#writeAll(scope, mode, items, async (batch) => {
      const request = { collection, ids: batch.map(({ id }) => id), consistency };
      const answer = await this.#connections.unary(method, request, scope);
      return { ...answer, doneCount: answer.deleted };
    });
  }

  async #writeAll<T extends { id: string }>(
    scope: CallScope,
    mode: RetryMode,
    items: readonly T[],
    send: (batch: T[]) => Promise<WriteAnswer>,
  ): Promise<WriteOutcome> {
    const outcome: WriteOutcome = { doneCount: 0, version: 0n, failures: [] };
    let pending = [...items];
    let refused: WriteFailure[] = [];
    for (let rounds = 1; ; rounds += 1) {
      let answer: WriteAnswer;
      try {
        answer = await this.#runner.attempt(scope, mode, () => send(pending));
      } catch (error) {
        if (rounds === 1 || !(error instanceof AnnulusError)) throw error;
        // Why they failed before says more than that the time is up.
        const isLate = error.code === 'DEADLINE_EXCEEDED';
        outcome.failures.push(...(isLate ? refused : pending.map(({ id }) => ({ id, error }))));
        return outcome;
      }
      outcome.doneCount += answer.doneCount;
      const version = BigInt(answer.version);
      if (version > outcome.version) outcome.version = version;
      const again = splitFailures(answer.failures, outcome.failures);
      const first = again[0];
      if (first === undefined) return outcome;
      const delayMs = this.#runner.retryDelayMs(scope, mode, first.error, rounds);
      if (delayMs === undefined || !(await hasWaited(scope, delayMs))) {
        outcome.failures.push(...again);
        return outcome;
      }
      refused = again;
      const ids = new Set(again.map(({ id }) => id));
      pending = pending.filter(({ id }) => ids.has(id));
    }
  }
}

/** The failures that another attempt may mend; the others go to `final`. */
function splitFailures(failures: WriteFailure__Output[], final: WriteFailure[]): WriteFailure[] {
  const again: WriteFailure[] = [];
  for (const failure of failures) {
    const error = errorOfItem(failure);
    (error.isRetriable ? again : final).push({ id: failure.id, error });
  }
  return again;
}

/** False: the call was over before the wait was, and what is known so far is the answer. */
async function hasWaited(scope: CallScope, delayMs: number): Promise<boolean> {
  try {
    await scope.delay(delayMs);
    return true;
  } catch (error) {
    if (error instanceof AnnulusError && error.code === 'DEADLINE_EXCEEDED') return false;
    throw error;
  }
}

/** Throws `INVALID_ARGUMENT` when it is none. */
export function checkConsistency(given: Consistency | undefined): Consistency {
  const all = Object.keys(WIRE_CONSISTENCY) as Consistency[];
  return checkOneOf('consistency', given ?? 'in_sync', all);
}

function toWireConsistency(given: Consistency | undefined): keyof typeof WireConsistency {
  return WIRE_CONSISTENCY[checkConsistency(given)];
}
