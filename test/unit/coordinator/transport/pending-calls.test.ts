import { beforeEach, describe, expect, test } from 'vitest';
import { PendingCalls } from '../../../../src/coordinator/transport/pending-calls.js';
import type { LinkOutcome } from '../../../../src/coordinator/transport/shard-link.js';
import { ByteWriter } from '../../../../src/wire/bytes.js';
import { readRequestBatch } from '../../../../src/wire/link-codec.js';
import type { LinkRequest } from '../../../../src/wire/link-messages.js';
import { quietLoad } from '../../../support/scripted-link-handler.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const heartbeat: LinkRequest = { kind: 'heartbeat' };
const ok: LinkOutcome = {
  status: 'ok',
  reply: { kind: 'heartbeat', epoch: 0, replicas: [] },
  load: quietLoad,
};
let clock: VirtualClock;
let calls: PendingCalls;
let abandoned: number[];
let ends: string[];

beforeEach(() => {
  clock = new VirtualClock();
  abandoned = [];
  ends = [];
  calls = new PendingCalls(clock, (call) => abandoned.push(call.correlation));
});

function begin(name: string, timeoutMs: number) {
  return calls.begin(heartbeat, timeoutMs, ({ status }) => {
    ends.push(`${name} ${status} at ${clock.nowMs()}`);
  });
}

describe('timeouts', () => {
  test('end each call when its own is over, whatever the order they began in', () => {
    for (const timeoutMs of [50, 10, 30, 0]) begin('call', timeoutMs);
    clock.runFor(100);
    expect(ends).toEqual([0, 10, 30, 50].map((atMs) => `call timed_out at ${atMs}`));
  });

  test('spare calls that have ended', () => {
    const call = begin('answered', 10);
    calls.end(call, ok);
    begin('other', 20);
    clock.runFor(100);
    expect(ends).toEqual(['answered ok at 0', 'other timed_out at 20']);
  });

  test('of an hour, or for ever, are kept', () => {
    begin('hour', 3_600_000);
    begin('for ever', Number.POSITIVE_INFINITY);
    clock.runFor(10_000_000);
    expect(ends).toEqual(['hour timed_out at 3600000']);
  });

  test('of zero begun by a timeout do not hold up the others', () => {
    calls.begin(heartbeat, 5, () => begin('second', 0));
    begin('other', 5);
    clock.runFor(10);
    expect(ends).toEqual(['other timed_out at 5', 'second timed_out at 5']);
  });

  test('cost one timer, not one for each call', () => {
    let timerCount = 0;
    const counting = new VirtualClock();
    const setTimer = counting.setTimer.bind(counting);
    counting.setTimer = (delayMs, callback) => {
      timerCount += 1;
      return setTimer(delayMs, callback);
    };
    calls = new PendingCalls(counting, () => {});
    for (let i = 0; i < 1000; i += 1) {
      calls.end(begin('call', 1000), ok);
      counting.runFor(1);
    }
    expect(timerCount).toBe(1);
  });
});

describe('a call that is abandoned', () => {
  test('is made known when it was written, and only then', () => {
    const written = begin('written', 100);
    written.writeItem(new ByteWriter());
    written.cancel();
    begin('waiting', 100).cancel();
    expect(abandoned).toEqual([written.correlation]);
  });

  test('writes nothing any more, and neither does one whose time is over', () => {
    const writer = new ByteWriter();
    const cancelled = begin('cancelled', 100);
    cancelled.cancel();
    cancelled.writeItem(writer);
    const late = begin('late', 5);
    clock.spend(5);
    late.writeItem(writer);
    expect(writer.length).toBe(0);
  });
});

test('a call carries the time that is left when it is written', () => {
  const writer = new ByteWriter();
  const call = begin('call', 100);
  clock.spend(30);
  call.writeItem(writer);
  readRequestBatch(writer.finish(), (item) => expect(item).toMatchObject({ timeLeftMs: 70 }));
});

test('ending all calls spares those that begin meanwhile', () => {
  calls.begin(heartbeat, 100, () => begin('second', 100));
  calls.endAll({ status: 'unavailable', detail: '', retryAfterMs: 0 });
  expect(calls.count).toBe(1);
});
