import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnnulusError, type ErrorCode, type ErrorReason } from '../../../src/base/errors.js';
import { googleRpc } from '../../../src/wire/proto-package.js';
import { errorOf, statusOf } from '../../../src/wire/status-mapping.js';

const codes: ErrorCode[] = ['CANCELLED', 'NOT_FOUND', 'RESOURCE_EXHAUSTED', 'DATA_LOSS'];
const reasons: ErrorReason[] = ['INVALID_FIELD', 'QUEUE_FULL', 'SUPERSEDED', 'STORAGE_FULL'];
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const arbitraryError = fc
  .record({
    code: fc.constantFrom(...codes),
    reason: fc.constantFrom(...reasons),
    message: text,
    metadata: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
    retryAfterMs: fc.option(fc.nat({ max: 10_000_000 }), { nil: undefined }),
  })
  .map(({ code, reason, message, metadata, retryAfterMs }) => {
    const details = retryAfterMs === undefined ? { metadata } : { metadata, retryAfterMs };
    return new AnnulusError(code, reason, message, details);
  });

describe('an error of ours', () => {
  test('comes back from its status as it was', () => {
    fc.assert(
      fc.property(arbitraryError, (error) => {
        const back = errorOf(statusOf(error));
        const { code, reason, message, metadata, retryAfterMs } = back;
        expect({ code, reason, message, metadata, retryAfterMs }).toEqual({
          code: error.code,
          reason: error.reason,
          message: error.message,
          metadata: error.metadata,
          retryAfterMs: error.retryAfterMs,
        });
      }),
    );
  });

  test('is readable with the public google.rpc messages alone', () => {
    const error = new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', 'queue is full', {
      metadata: { node: 'n1' },
      retryAfterMs: 1250,
    });
    const { metadata } = statusOf(error);
    expect(metadata.get('grpc-retry-pushback-ms')).toEqual(['1250']);
    const bytes = metadata.get('grpc-status-details-bin')[0] as Buffer;
    const { code, message, details } = googleRpc.Status.deserialize(bytes);
    expect({ code, message }).toEqual({ code: 8, message: 'queue is full' });
    expect(details.map((detail) => detail.type_url)).toEqual([
      'type.googleapis.com/google.rpc.ErrorInfo',
      'type.googleapis.com/google.rpc.RetryInfo',
    ]);
    const [info, retry] = details.map((detail) => detail.value as Buffer) as [Buffer, Buffer];
    expect(googleRpc.ErrorInfo.deserialize(info)).toEqual({
      reason: 'QUEUE_FULL',
      domain: 'annulus',
      metadata: { node: 'n1' },
    });
    expect(googleRpc.RetryInfo.deserialize(retry)).toEqual({
      retryDelay: { seconds: '1', nanos: 250_000_000 },
    });
  });

  test('has its message cut to what trailers can carry, and made well-formed', () => {
    expect(statusOf(new AnnulusError('ABORTED', 'SUPERSEDED', 'x'.repeat(5000))).details).toBe(
      'x'.repeat(1000),
    );
    expect(statusOf(new AnnulusError('ABORTED', 'SUPERSEDED', 'a\ud800b')).details).toBe(
      'a\ufffdb',
    );
  });
});

test('what is no error of ours is answered as internal, without its message', () => {
  const { code, details } = statusOf(new TypeError('secret path /var/lib'));
  expect({ code, details }).toEqual({ code: status.INTERNAL, details: 'internal error' });
});

describe('a foreign error', () => {
  const cases: [string, status, string, ErrorCode, ErrorReason][] = [
    ['of a lost connection', status.UNAVAILABLE, '', 'UNAVAILABLE', 'CONNECTION_FAILED'],
    [
      'of a reset stream',
      status.INTERNAL,
      'Received RST_STREAM with code 2 triggered by internal client error: read ECONNRESET',
      'UNAVAILABLE',
      'CONNECTION_FAILED',
    ],
    ['of a bug elsewhere', status.INTERNAL, 'oops', 'INTERNAL', 'INTERNAL'],
    ['of time', status.DEADLINE_EXCEEDED, '', 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
    ['of cancellation', status.CANCELLED, '', 'CANCELLED', 'CANCELLED'],
    ['of an unknown method', status.UNIMPLEMENTED, '', 'UNIMPLEMENTED', 'NOT_IMPLEMENTED'],
    ['of overload', status.RESOURCE_EXHAUSTED, '', 'RESOURCE_EXHAUSTED', 'QUEUE_FULL'],
    [
      'of a large answer',
      status.RESOURCE_EXHAUSTED,
      'Received message larger than max (5 vs. 4)',
      'RESOURCE_EXHAUSTED',
      'REPLY_TOO_LARGE',
    ],
    [
      'of a large request',
      status.RESOURCE_EXHAUSTED,
      'Attempted to send message with a size larger than max (5 vs. 4)',
      'RESOURCE_EXHAUSTED',
      'BATCH_TOO_LARGE',
    ],
    ['of a code we do not use', status.UNAUTHENTICATED, '', 'INTERNAL', 'INTERNAL'],
    ['of a number that is no code', 99 as status, '', 'INTERNAL', 'INTERNAL'],
  ];
  for (const [claim, code, details, ourCode, ourReason] of cases) {
    test(`${claim} becomes ${ourCode} ${ourReason}`, () => {
      const error = errorOf({ code, details, metadata: new Metadata() });
      expect([error.code, error.reason, error.message]).toEqual([ourCode, ourReason, details]);
    });
  }

  test('with details of another domain, or with noise for details, keeps its code', () => {
    const info = googleRpc.ErrorInfo.serialize({ reason: 'QUEUE_FULL', domain: 'example.com' });
    const detail = { type_url: 'type.googleapis.com/google.rpc.ErrorInfo', value: info };
    const foreign = googleRpc.Status.serialize({ code: 14, details: [detail] });
    for (const bytes of [foreign, Buffer.from('noise'), Buffer.alloc(0)]) {
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', bytes);
      const error = errorOf({ code: status.UNAVAILABLE, details: '', metadata });
      expect(error.reason).toBe('CONNECTION_FAILED');
    }
  });

  test('with a reason of a later version keeps its code', () => {
    const later = new AnnulusError('UNAVAILABLE', 'LATER' as ErrorReason, '');
    expect(errorOf(statusOf(later)).reason).toBe('CONNECTION_FAILED');
  });
});
