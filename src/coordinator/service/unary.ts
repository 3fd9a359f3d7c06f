/**
 * The frame around every handler: deadline, cancellation, error mapping, metrics. Handlers are plain
 * functions from request to answer that throw `AnnulusError`.
 */
import type { handleUnaryCall, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { statusOf } from '../../wire/status-mapping.js';
import { RequestContext } from '../request-context.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface CallFrame {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** The longest that any request may take. */
  timeoutMsMax: number;
  isStopping(): boolean;
  /** See `TopologyKeeper.refresh`. */
  refreshTopology?(): Promise<boolean>;
}

/** Time kept back from the caller's deadline, so that a partial answer still arrives in time. */
const ANSWER_RESERVE_MS = 5;

/**
 * The context of a request that begins now, with its caller's deadline when it has one, and within
 * `ownTimeoutMs` when that is not 0.
 */
export function contextOf(
  frame: CallFrame,
  getDeadline?: () => Date | number,
  ownTimeoutMs = 0,
): RequestContext {
  const nowMs = frame.clock.nowMs();
  let timeoutMs = frame.timeoutMsMax;
  if (ownTimeoutMs > 0 && ownTimeoutMs < timeoutMs) timeoutMs = ownTimeoutMs;
  const deadline = getDeadline?.();
  const deadlineWallMs = deadline === undefined ? Number.POSITIVE_INFINITY : Number(deadline);
  if (Number.isFinite(deadlineWallMs)) {
    const leftMs = deadlineWallMs - frame.clock.wallMs();
    timeoutMs = Math.min(timeoutMs, leftMs - Math.min(ANSWER_RESERVE_MS, leftMs / 10));
  }
  return new RequestContext(nowMs, nowMs + Math.max(0, timeoutMs));
}

/** Runs a handler with its metrics; every error comes out as an `AnnulusError`. */
export async function framed<A>(
  frame: CallFrame,
  method: string,
  run: () => Promise<A> | A,
): Promise<A> {
  const startMs = frame.clock.nowMs();
  let code = 'OK';
  try {
    if (frame.isStopping()) {
      throw new AnnulusError('UNAVAILABLE', 'SHUTTING_DOWN', 'this coordinator is stopping');
    }
    return await runAsOfNow(frame, run);
  } catch (error) {
    const known = knownError(frame, method, error);
    code = known.code;
    throw known;
  } finally {
    frame.metrics.requestEnded(method, code, frame.clock.nowMs() - startMs);
  }
}

/** What is not known here may have been made through another coordinator just now. */
async function runAsOfNow<A>(frame: CallFrame, run: () => Promise<A> | A): Promise<A> {
  try {
    return await run();
  } catch (error) {
    const isUnknown =
      error instanceof AnnulusError &&
      (error.reason === 'COLLECTION_NOT_FOUND' || error.reason === 'NODE_NOT_FOUND');
    if (!isUnknown || !(await frame.refreshTopology?.())) throw error;
    return await run();
  }
}

export function unary<Req, Res>(
  frame: CallFrame,
  method: string,
  handle: (request: Req, context: RequestContext) => Promise<Res> | Res,
): handleUnaryCall<Req, Res> {
  return (call: ServerUnaryCall<Req, Res>, callback) => {
    const context = contextOf(frame, () => call.getDeadline());
    call.on('cancelled', () => context.cancel());
    framed(frame, method, () => handle(call.request, context)).then(
      (answer) => callback(null, answer),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}

/** Ends a stream with an error's status. */
export function failStream<Req, Res>(
  call: ServerWritableStream<Req, Res> | { emit(event: 'error', error: unknown): boolean },
  error: unknown,
): void {
  call.emit('error', statusOf(error) as unknown as Error);
}

function knownError(frame: CallFrame, method: string, error: unknown): AnnulusError {
  if (error instanceof AnnulusError) return error;
  frame.logger.error(
    { method, error: error instanceof Error ? error.stack : String(error) },
    'request failed on a bug',
  );
  return new AnnulusError('INTERNAL', 'INTERNAL', 'internal error; the server log says more', {
    cause: error,
  });
}
