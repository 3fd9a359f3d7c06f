import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectionId } from '../../../src/base/ids.js';
import { ByteWriter, MalformedBytes } from '../../../src/wire/bytes.js';
import {
  CANCEL_ITEM_BYTES,
  readReplyBatch,
  readRequestBatch,
  replyItemBytesMax,
  requestItemBytesMax,
  writeCancelItem,
  writeReplyItem,
  writeRequestItem,
} from '../../../src/wire/link-codec.js';
import type { LinkReply, LinkRequest } from '../../../src/wire/link-messages.js';
import { arbitraryLoad, arbitraryReply, arbitraryRequest } from '../../support/arbitrary-link.js';
import { damagedBytes, throwsOnlyMalformed } from '../../support/damaged-bytes.js';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const requests = fc.array(fc.tuple(u32, arbitraryRequest), { maxLength: 4 });
const replies = fc.array(fc.tuple(u32, arbitraryReply, arbitraryLoad), { maxLength: 4 });

function requestBatch(items: readonly [number, LinkRequest][], timeLeftMs = 1000): Buffer {
  const writer = new ByteWriter();
  for (const [correlation, request] of items) {
    writeRequestItem(writer, correlation, timeLeftMs, request);
  }
  return writer.finish();
}

function replyBatch(items: readonly [number, LinkReply][]): Buffer {
  const writer = new ByteWriter();
  const load = { queueDepth: 0, queueMs: 0, serviceMs: 0, highestVersion: 0n };
  for (const [correlation, reply] of items) writeReplyItem(writer, correlation, reply, load);
  return writer.finish();
}

function readRequests(batch: Uint8Array): unknown[] {
  const items: unknown[] = [];
  readRequestBatch(batch, (item) => items.push(item));
  return items;
}

function readReplies(batch: Uint8Array): unknown[] {
  const items: unknown[] = [];
  readReplyBatch(batch, (item) => items.push(item));
  return items;
}

const count: LinkRequest = { kind: 'count', collection: collectionId('c'), targets: [] };

describe('requests', () => {
  test('come back as they went in, in their order', () => {
    fc.assert(
      fc.property(requests, (items) => {
        expect(readRequests(requestBatch(items))).toEqual(
          items.map(([correlation, request]) => {
            return { kind: 'request', correlation, timeLeftMs: 1000, request };
          }),
        );
      }),
    );
  });

  test('come back the same from any address in memory', () => {
    fc.assert(
      fc.property(requests, fc.nat({ max: 3 }), (items, shift) => {
        const batch = requestBatch(items);
        const shifted = Buffer.concat([Buffer.alloc(shift), batch]).subarray(shift);
        expect(readRequests(shifted)).toEqual(readRequests(batch));
      }),
    );
  });

  test('damaged are malformed or other requests, never anything else', () => {
    fc.assert(
      fc.property(requests, damagedBytes, (items, damage) => {
        throwsOnlyMalformed(() => readRequests(damage(requestBatch(items))));
      }),
      { numRuns: 1000 },
    );
  });

  test('take no more bytes than was counted', () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        expect(requestItemBytesMax(request)).toBeGreaterThanOrEqual(
          requestBatch([[1, request]]).byteLength,
        );
      }),
    );
  });

  test('never gain time: the time left is rounded down, and never negative', () => {
    const timeLeft = (ms: number): unknown => readRequests(requestBatch([[1, count]], ms))[0];
    expect(timeLeft(12.39)).toMatchObject({ timeLeftMs: 12.3 });
    expect(timeLeft(-5)).toMatchObject({ timeLeftMs: 0 });
    expect(timeLeft(Number.POSITIVE_INFINITY)).toMatchObject({ timeLeftMs: 429_496_729.5 });
  });

  test('are cancelled by an item between them', () => {
    const writer = new ByteWriter();
    writeRequestItem(writer, 7, 1, count);
    writeCancelItem(writer, 7);
    const batch = writer.finish();
    expect(readRequests(batch)[1]).toEqual({ kind: 'cancel', correlation: 7 });
    expect(batch.byteLength - requestBatch([[7, count]]).byteLength).toBe(CANCEL_ITEM_BYTES);
  });
});

describe('replies', () => {
  test('come back as they went in, with the load of their node', () => {
    fc.assert(
      fc.property(replies, (items) => {
        const writer = new ByteWriter();
        for (const [correlation, reply, load] of items) {
          writeReplyItem(writer, correlation, reply, load);
        }
        expect(readReplies(writer.finish())).toEqual(
          items.map(([correlation, reply, load]) => ({ correlation, reply, load })),
        );
      }),
    );
  });

  test('damaged are malformed or other replies, never anything else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(u32, arbitraryReply)), damagedBytes, (items, damage) => {
        throwsOnlyMalformed(() => readReplies(damage(replyBatch(items))));
      }),
      { numRuns: 1000 },
    );
  });

  test('take no more bytes than was counted', () => {
    fc.assert(
      fc.property(arbitraryReply, (reply) => {
        expect(replyItemBytesMax(reply)).toBeGreaterThanOrEqual(
          replyBatch([[1, reply]]).byteLength,
        );
      }),
    );
  });

  test('keep a detail of a thousand characters and cut off the rest', () => {
    const detail = 'x'.repeat(100_000);
    const batch = replyBatch([
      [1, { kind: 'refused', status: 'rejected', detail, retryAfterMs: 0 }],
    ]);
    expect(readReplies(batch)[0]).toMatchObject({ reply: { detail: 'x'.repeat(1000) } });
  });
});

describe('a batch is malformed', () => {
  const malformed: [string, string][] = [
    ['when its length is cut short', '0500'],
    ['when an item claims more bytes than there are', 'ffffffff0600000000'],
    ['when an item has no room for its header', '0100000006'],
    ['when a kind is unknown', `09000000${'63'}${'00000000'}${'00000000'}`],
    ['when an item ends before its length does', `0a000000${'06'}${'00000000'}${'00000000'}00`],
    ['when an item ends after its length does', `05000000${'06'}${'00000000'}${'00000000'}`],
    ['when a cancellation has a body', `06000000${'00'}${'00000000'}00`],
    ['when a list is longer than the batch', `0f00000004${'00000000'.repeat(2)}0000ffffffff`],
    ['when a flag is unknown', `1000000003${'00000000'.repeat(2)}f0000000000000000000`],
  ];
  for (const [claim, hex] of malformed) {
    test(claim, () => {
      expect(() => readRequests(Buffer.from(hex, 'hex'))).toThrow(MalformedBytes);
    });
  }
});
