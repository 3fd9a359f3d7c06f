/** A stream from the server that is opened again when the connection is lost. */
import type { CallRunner } from './call-runner.js';
import { type CallStatus, type Method, unavailable } from './connection.js';
import type { ConnectionPool } from './connection-pool.js';

/**
 * Until the loop is left or `signal` is aborted (then it throws `CANCELLED`). It throws when
 * reconnecting has failed as often as a call may be tried.
 */
export async function* resilientStream<Req, Res>(
  connections: ConnectionPool,
  runner: CallRunner,
  method: Method<Req, Res>,
  request: Req,
  signal: AbortSignal | undefined,
): AsyncGenerator<Res> {
  const scope = runner.begin(Number.POSITIVE_INFINITY, signal, true);
  let attempts = 0;
  try {
    for (;;) {
      scope.throwIfOver();
      const { call, failure } = connections.serverStream(method, request);
      const forget = scope.onFailure(() => call.cancel());
      let ended: CallStatus = unavailable('the server ended the watch');
      try {
        for await (const message of call as AsyncIterable<Res>) {
          attempts = 0;
          yield message;
        }
      } catch (thrown) {
        ended = thrown as CallStatus;
      } finally {
        forget();
        call.cancel();
      }
      attempts += 1;
      scope.throwIfOver();
      const error = failure(ended);
      const delayMs = runner.retryDelayMs(scope, 'budgeted', error, attempts);
      if (delayMs === undefined) throw error;
      await scope.delay(delayMs);
    }
  } finally {
    runner.end(scope);
  }
}
