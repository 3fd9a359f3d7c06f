import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RequestContext } from '../../../../src/coordinator/request-context.js';
import { SearchStreams } from '../../../../src/coordinator/service/search-streams.js';
import { annulusV1 } from '../../../../src/wire/proto-package.js';
import { STREAM_BATCH_MAX } from '../../../../src/wire/search-stream-codec.js';
import { until } from '../../../support/until.js';

const { SearchStream, SearchBatchStream } = annulusV1.Annulus.service;

/** A call whose caller takes messages only when told to. */
class FakeCall extends Duplex {
  readonly taken: Buffer[] = [];
  isTaking = true;
  #waiting: (() => void) | undefined;

  constructor() {
    super({ objectMode: true });
  }

  getDeadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  override _read(): void {}

  override _write(message: Buffer, _: unknown, done: () => void): void {
    this.taken.push(message);
    if (this.isTaking) done();
    else this.#waiting = done;
  }

  takeAll(): void {
    this.isTaking = true;
    this.#waiting?.();
  }
}

function world() {
  const open = new Map<string, (answer: Buffer) => void>();
  const contexts: RequestContext[] = [];
  const streams = new SearchStreams({
    begin: () => {
      const context = new RequestContext(0, 1000);
      contexts.push(context);
      return context;
    },
    answer: ({ requestId }) => new Promise((resolve) => open.set(requestId, resolve)),
  });
  const call = new FakeCall();
  const answer = (requestId: string) =>
    open.get(requestId)?.(SearchStream.responseSerialize({ requestId }));
  return { streams, call, open, contexts, answer };
}

function searches(count: number, first = 0) {
  return Array.from({ length: count }, (_, i) => ({ requestId: `s${first + i}` }));
}

function answersOf(call: FakeCall) {
  return call.taken.map((message) => SearchBatchStream.responseDeserialize(message).responses);
}

function serveBatches(parts: ReturnType<typeof world>): void {
  parts.streams.serveBatches(parts.call as never);
}

describe('a stream of batches', () => {
  it('answers what is ready in one message, whatever message it came in', async () => {
    const parts = world();
    serveBatches(parts);
    parts.call.push({ searches: searches(2) });
    parts.call.push({ searches: searches(1, 2) });
    await until(() => parts.open.size === 3);
    for (const id of ['s2', 's0']) parts.answer(id);
    await until(() => parts.call.taken.length === 1);
    parts.answer('s1');
    await until(() => parts.call.taken.length === 2);
    const ids = answersOf(parts.call).map((batch) => batch.map(({ requestId }) => requestId));
    expect(ids).toEqual([['s2', 's0'], ['s1']]);
  });

  it('tells each search of a message that has too many, and goes on', async () => {
    const parts = world();
    serveBatches(parts);
    parts.call.push({ searches: searches(STREAM_BATCH_MAX + 1) });
    parts.call.push({ searches: searches(1, 900) });
    await until(() => parts.call.taken.length > 1 && parts.open.size === 1);
    const refused = answersOf(parts.call).flat();
    expect(refused).toHaveLength(STREAM_BATCH_MAX + 1);
    expect(refused.every(({ error }) => error?.reason === 'BATCH_TOO_LARGE')).toBe(true);
  });

  it('is not read while its caller leaves answers, and read again once they are taken', async () => {
    const parts = world();
    parts.call.isTaking = false;
    serveBatches(parts);
    for (let i = 0; i < 4; i += 1) parts.call.push({ searches: searches(100, i * 100) });
    await until(() => parts.open.size === 400);
    for (let i = 0; i < 400; i += 1) parts.answer(`s${i}`);
    await until(() => parts.call.taken.length === 1);
    parts.call.push({ searches: searches(100, 400) });
    await until(() => parts.call.isPaused());
    parts.call.takeAll();
    await until(() => parts.call.taken.length === 4 && !parts.call.isPaused());
    expect(answersOf(parts.call).flat()).toHaveLength(400);
  });

  it('that is stopped answers what is under way, takes no more, and ends', async () => {
    const parts = world();
    serveBatches(parts);
    parts.call.push({ searches: searches(1) });
    await until(() => parts.open.size === 1);
    parts.streams.stop();
    parts.call.push({ searches: searches(1, 1) });
    parts.answer('s0');
    await until(() => parts.call.writableFinished);
    expect(answersOf(parts.call).flat()).toHaveLength(1);
  });

  it('whose caller leaves cancels its searches and sends nothing', async () => {
    const parts = world();
    serveBatches(parts);
    parts.call.push({ searches: searches(3) });
    await until(() => parts.contexts.length === 3);
    parts.call.emit('cancelled');
    expect(parts.contexts.every(({ isCancelled }) => isCancelled)).toBe(true);
    parts.answer('s0');
    await Promise.resolve();
    expect(parts.call.taken).toEqual([]);
  });
});

describe('a stream of single searches', () => {
  it('has one answer a message', async () => {
    const { streams, call, open, answer } = world();
    streams.serve(call as never);
    for (const search of searches(3)) call.push(search);
    await until(() => open.size === 3);
    for (const id of ['s1', 's2', 's0']) answer(id);
    await until(() => call.taken.length === 3);
    const ids = call.taken.map((message) => SearchStream.responseDeserialize(message).requestId);
    expect(ids).toEqual(['s1', 's2', 's0']);
  });
});
