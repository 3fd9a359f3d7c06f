import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MalformedBytes } from '../../../src/wire/bytes.js';
import { decodeWriteOps, encodeWriteOps } from '../../../src/wire/write-ops-codec.js';
import { arbitraryOps } from '../../support/arbitrary-link.js';
import { damagedBytes, throwsOnlyMalformed } from '../../support/damaged-bytes.js';

test('operations come back as they went in', () => {
  fc.assert(
    fc.property(arbitraryOps, (ops) => {
      expect(decodeWriteOps(encodeWriteOps(ops))).toEqual(ops);
    }),
  );
});

test('damaged bytes are malformed or other operations, never anything else', () => {
  fc.assert(
    fc.property(arbitraryOps, damagedBytes, (ops, damage) => {
      throwsOnlyMalformed(() => decodeWriteOps(damage(encodeWriteOps(ops))));
    }),
    { numRuns: 1000 },
  );
});

test('a count far beyond the bytes there are is malformed, without an allocation', () => {
  expect(() => decodeWriteOps(Buffer.from('ffffffff', 'hex'))).toThrow(MalformedBytes);
});

test('bytes after the last operation are malformed', () => {
  const bytes = Buffer.concat([encodeWriteOps([{ kind: 'delete', id: 'a' }]), Buffer.of(0)]);
  expect(() => decodeWriteOps(bytes)).toThrow(MalformedBytes);
});

test('a vector that is no whole number of floats is malformed', () => {
  const none = new Uint8Array(0);
  const vector = new Uint8Array(6);
  const bytes = encodeWriteOps([{ kind: 'upsert', id: 'a', vector, text: none, metadata: none }]);
  expect(() => decodeWriteOps(bytes)).toThrow('6 bytes are no vector');
});
