/** The stream over a channel that the test plays, on a virtual clock. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import { CallScope } from '../../../src/client/call-scope.js';
import { resolveClientOptions } from '../../../src/client/client-options.js';
import type { Connection } from '../../../src/client/connection.js';
import { SearchStream } from '../../../src/client/search-stream.js';
import type { SearchRequest } from '../../../src/wire/generated/annulus/v1/SearchRequest.js';
import { annulusV1 } from '../../../src/wire/proto-package.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const { SearchBatchStream } = annulusV1.Annulus.service;
const TIMEOUTS_MAX = 3;
const REFUSAL = { code: 8, message: 'full', reason: 'QUEUE_FULL' };

/** What `SearchStream` needs of a connection; gives a channel up after three searches in a row. */
class PlayedConnection {
  readonly calls: PlayedCall[] = [];
  timeouts = 0;

  get call(): PlayedCall {
    return this.calls.at(-1) as PlayedCall;
  }

  duplexStream() {
    this.calls.push(new PlayedCall());
    return { call: this.call, client: this };
  }

  noteTimeout(): boolean {
    this.timeouts += 1;
    return this.timeouts >= TIMEOUTS_MAX;
  }

  noteAnswer(): void {
    this.timeouts = 0;
  }

  failure(): Error {
    return new Error('given up');
  }
}

class PlayedCall extends EventEmitter {
  readonly written: SearchRequest[] = [];
  isCancelled = false;

  write(batch: Buffer, onTaken: () => void): void {
    this.written.push(...SearchBatchStream.requestDeserialize(batch).searches);
    onTaken();
  }

  end(): void {}

  cancel(): void {
    this.isCancelled = true;
  }

  answer(requestId: string, error: typeof REFUSAL | null = null, retryAfterMs = 0): void {
    const response = { requestId, hits: [], error: error && { ...error, retryAfterMs } };
    this.emit('data', { responses: [response] });
  }
}

function world(options = {}) {
  const clock = new VirtualClock();
  const connection = new PlayedConnection();
  const ports = { clock, random: seededRandom(1), hold: () => () => {} };
  const stream = new SearchStream(
    connection as unknown as Connection,
    resolveClientOptions({ ports, ...options }),
  );
  const ended: unknown[] = [];
  const search = (timeoutMs: number) => {
    const scope = new CallScope(clock, timeoutMs);
    const done = (end: unknown) => {
      scope.dispose();
      ended.push(end);
    };
    stream.search({}, scope).then(done, done);
  };
  return { clock, connection, stream, search, ended };
}

describe('searches that are not answered in time', () => {
  it('leave the stream as it is while later ones are answered', async () => {
    const { clock, connection, search, ended } = world();
    for (let i = 0; i < 2 * TIMEOUTS_MAX; i += 1) search(20);
    await clock.runForAsync(10);
    search(1_000);
    connection.call.answer(String(2 * TIMEOUTS_MAX));
    await clock.runForAsync(15);
    const late = ended.filter((end) => (end as { code?: string }).code === 'DEADLINE_EXCEEDED');
    expect(late).toHaveLength(2 * TIMEOUTS_MAX);
    expect(connection.calls).toHaveLength(1);
    expect(connection.call.isCancelled).toBe(false);
  });

  it('end the stream when nothing is answered, and those that still wait with it', async () => {
    const { clock, connection, search, stream, ended } = world();
    for (let i = 0; i < TIMEOUTS_MAX; i += 1) search(20);
    search(1_000);
    await clock.runForAsync(25);
    expect(connection.call.isCancelled).toBe(true);
    expect(ended).toHaveLength(TIMEOUTS_MAX + 1);
    expect(stream.inFlight).toBe(0);
    search(1_000);
    expect(connection.calls).toHaveLength(2);
  });

  it('say nothing of the server when it was given little of their time', async () => {
    const { clock, connection, search } = world({ searchesInFlightMax: TIMEOUTS_MAX });
    for (let i = 0; i < TIMEOUTS_MAX; i += 1) search(1_000);
    for (let i = 0; i < TIMEOUTS_MAX; i += 1) search(100);
    await clock.runForAsync(95);
    for (let i = 0; i < TIMEOUTS_MAX; i += 1) connection.call.answer(String(i));
    await clock.runForAsync(10);
    expect(connection.call.written).toHaveLength(2 * TIMEOUTS_MAX);
    expect(connection.call.isCancelled).toBe(false);
  });

  it('count as unanswered when only earlier ones were answered', async () => {
    const { clock, connection, search } = world();
    search(1_000);
    await clock.runForAsync(1);
    connection.call.answer('0');
    await clock.runForAsync(1);
    for (let i = 0; i < TIMEOUTS_MAX; i += 1) search(20);
    await clock.runForAsync(25);
    expect(connection.call.isCancelled).toBe(true);
  });
});

describe('searches that begin together', () => {
  it('leave in one message, each with the time that it has left', async () => {
    const { clock, connection, search } = world();
    search(100);
    search(0.5);
    search(2_000);
    await clock.runForAsync(0);
    expect(connection.call.written.map(({ timeoutMs }) => timeoutMs)).toEqual([100, 1, 2_000]);
  });
});

describe('a server that turns searches away', () => {
  it('is sent fewer at a time, and the others wait here', async () => {
    const { clock, connection, search, stream } = world({ searchesInFlightMax: 10 });
    for (let i = 0; i < 20; i += 1) search(10_000);
    expect([stream.inFlight, stream.waiting]).toEqual([10, 10]);
    await clock.runForAsync(5);
    connection.call.answer('0', REFUSAL, 7);
    expect([stream.inFlight, stream.waiting]).toEqual([9, 10]);
    connection.call.answer('1');
    connection.call.answer('2');
    expect([stream.inFlight, stream.waiting]).toEqual([8, 9]);
  });

  it('is not taken to be overloaded by what was turned away for its own short time', async () => {
    const { clock, connection, search, stream } = world({ searchesInFlightMax: 10 });
    for (let i = 0; i < 20; i += 1) search(10_000);
    await clock.runForAsync(5);
    connection.call.answer('0', REFUSAL, 10_001);
    expect([stream.inFlight, stream.waiting]).toEqual([10, 9]);
  });

  it('has what would wait for too long refused here, with the time to come back after', async () => {
    const { clock, connection, search, stream, ended } = world({ searchesInFlightMax: 5 });
    for (let i = 0; i < 100; i += 1) search(10_000);
    for (let i = 0; i < 50; i += 1) {
      await clock.runForAsync(20);
      connection.call.answer(String(i));
    }
    connection.call.answer('50', REFUSAL, 20);
    const { waiting } = stream;
    search(1_000);
    await clock.runForAsync(1);
    expect(ended.at(-1)).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'QUEUE_FULL',
      retryAfterMs: expect.any(Number),
    });
    expect(stream.waiting).toBe(waiting);
  });
});
